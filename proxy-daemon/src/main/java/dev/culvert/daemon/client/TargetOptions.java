package dev.culvert.daemon.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The flags that say which daemon.
 *
 * @param caFile certificates in PEM
 * @param timeout for a connection, and for each silence in an answer
 */
public record TargetOptions(
        Optional<String> url,
        Optional<Path> tokenFile,
        Optional<String> context,
        Optional<Path> caFile,
        Duration timeout) {}
