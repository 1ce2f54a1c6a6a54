package dev.culvert.registry;

import dev.culvert.settings.SecretSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where a registry is, and how to get in.
 *
 * @param client how the host calls itself there
 * @param servers URLs; any of them will do
 * @param user with {@code password}
 * @param password read at each connection
 * @param credentials a file with a seed, read at each connection
 * @param ca a file with the certificates that the servers' are checked against; else those that
 *     Java trusts
 * @param timeout of a connection and of each answer
 */
public record RegistryTarget(
        String client,
        List<String> servers,
        Optional<String> user,
        Optional<SecretSource> password,
        Optional<Path> credentials,
        Optional<Path> ca,
        Duration timeout) {
    public RegistryTarget {
        servers = List.copyOf(servers);
    }
}
