package dev.culvert.daemon.config;

import dev.culvert.transport.AgentAddress;
import java.time.Duration;
import java.util.List;

/**
 * The section {@code http}.
 *
 * @param listen where clients reach the daemon: {@code tcp://} or {@code unix://} addresses
 * @param allowUnauthenticated lets it listen beyond loopback although there are no credentials
 * @param allowedOrigins the origins whose pages may call; their own host is not enough
 * @param maxBodyBytes of one request
 * @param maxHeaderBytes the header lines of one request together
 * @param maxUriBytes of the request target
 * @param maxConnections at once; one more is answered 503 and closed
 * @param headTimeout for the whole head of a request, from its first byte or the connection's start
 * @param idleTimeout between two requests on one connection
 * @param minBodyBytesPerSecond slower bodies are cut, after a first grace of head_timeout
 */
public record HttpSettings(
        List<AgentAddress> listen,
        boolean allowUnauthenticated,
        List<String> allowedOrigins,
        int maxBodyBytes,
        int maxHeaderBytes,
        int maxUriBytes,
        int maxConnections,
        Duration headTimeout,
        Duration idleTimeout,
        int minBodyBytesPerSecond) {

    public static final HttpSettings DEFAULTS =
            new HttpSettings(
                    List.of(AgentAddress.parse("tcp://127.0.0.1:8470")),
                    false,
                    List.of(),
                    1024 * 1024,
                    16 * 1024,
                    64 * 1024,
                    20_000,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    1024);

    public HttpSettings {
        listen = List.copyOf(listen);
        allowedOrigins = List.copyOf(allowedOrigins);
    }
}
