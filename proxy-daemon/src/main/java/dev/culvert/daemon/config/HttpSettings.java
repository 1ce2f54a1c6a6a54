package dev.culvert.daemon.config;

import dev.culvert.config.Check;
import dev.culvert.config.Kind;
import dev.culvert.config.Section;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The section {@code http}.
 *
 * @param listen where clients reach the daemon: {@code tcp://} or {@code unix://} addresses
 * @param allowUnauthenticated lets it listen beyond loopback although there are no credentials
 * @param allowedOrigins the origins whose pages may call, beside those that the daemon serves
 *     itself over loopback
 * @param maxBodyBytes of one request
 * @param maxHeaderBytes the header lines of one request together
 * @param maxUriBytes of the request target
 * @param maxConnections at once; one more is answered 503 and closed
 * @param headTimeout for the whole head of a request, from its first byte or the connection's start
 * @param idleTimeout between two requests on one connection
 * @param minBodyBytesPerSecond slower bodies are cut, after a first grace of head_timeout; 0 cuts
 *     none
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

    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#@\\s]+");

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
        Check.that(!listen.isEmpty(), "listen", "empty", "nobody could reach the daemon");
        for (AgentAddress address : listen) {
            checkListen(address, allowUnauthenticated);
        }
        for (String origin : allowedOrigins) {
            Check.that(
                    ORIGIN.matcher(origin).matches(),
                    "allowed_origins",
                    '"' + origin + '"',
                    "an origin is http://HOST or https://HOST, with :PORT or not, and nothing more");
        }
        Check.atLeast("max_body_bytes", maxBodyBytes, 1);
        Check.atLeast("max_header_bytes", maxHeaderBytes, 1);
        Check.atLeast("max_uri_bytes", maxUriBytes, 1);
        Check.atLeast("max_connections", maxConnections, 1);
        Check.positive("head_timeout", headTimeout);
        Check.positive("idle_timeout", idleTimeout);
        Check.atLeast("min_body_bytes_per_second", minBodyBytesPerSecond, 0);
    }

    /**
     * For a socket that is not among {@link #listen}: the same holds for it.
     *
     * @throws IllegalArgumentException a sentence that begins with the key, when clients must not
     *     be let in there
     */
    public void checkListen(AgentAddress address) {
        checkListen(address, allowUnauthenticated);
    }

    private static void checkListen(AgentAddress address, boolean allowUnauthenticated) {
        boolean mayListen =
                switch (address) {
                    case Tcp _, Unix _ -> true;
                    case HybridUnix _, Vsock _ -> false;
                };
        Check.that(mayListen, "listen", address, "it takes tcp://HOST:PORT and unix:///PATH only");
        Check.that(
                allowUnauthenticated || !(address instanceof Tcp tcp) || tcp.isLoopback(),
                "listen",
                address,
                "as there are no credentials, it must be loopback or a Unix socket, or whoever"
                        + " reaches it commands every agent; http.allow_unauthenticated takes"
                        + " that risk");
    }

    static HttpSettings read(Section in) {
        return new HttpSettings(
                in.list("listen", DaemonSettings.LISTENER, DEFAULTS.listen),
                in.get("allow_unauthenticated", Kind.BOOLEAN, DEFAULTS.allowUnauthenticated),
                in.list("allowed_origins", Kind.TEXT, DEFAULTS.allowedOrigins),
                in.get("max_body_bytes", Kind.BYTES, DEFAULTS.maxBodyBytes),
                in.get("max_header_bytes", Kind.BYTES, DEFAULTS.maxHeaderBytes),
                in.get("max_uri_bytes", Kind.BYTES, DEFAULTS.maxUriBytes),
                in.get("max_connections", Kind.INT, DEFAULTS.maxConnections),
                in.get("head_timeout", Kind.DURATION, DEFAULTS.headTimeout),
                in.get("idle_timeout", Kind.DURATION, DEFAULTS.idleTimeout),
                in.get("min_body_bytes_per_second", Kind.BYTES, DEFAULTS.minBodyBytesPerSecond));
    }
}
