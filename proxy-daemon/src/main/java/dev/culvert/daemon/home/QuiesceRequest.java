package dev.culvert.daemon.home;

import java.time.Duration;

/**
 * How an agent is to be quiesced.
 *
 * @param limit after which its turns go on by themselves
 * @param patience how long to wait for calls of its tools that run
 */
public record QuiesceRequest(Duration limit, Duration patience) {}
