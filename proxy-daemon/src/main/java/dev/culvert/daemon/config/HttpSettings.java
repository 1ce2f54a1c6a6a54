package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The section {@code http}.
 *
 * @param listen where clients reach the daemon: {@code tcp://}, {@code tls://} or {@code unix://}
 *     addresses
 * @param allowUnauthenticated lets the daemon listen beyond loopback without credentials
 * @param allowedOrigins the origins whose pages may call, besides the daemon's own over loopback
 * @param proxies what a reverse proxy in front needs
 * @param maxBodyBytes of one request to the daemon's own routes
 * @param fronts the same for requests to fronts
 * @param maxHeaderBytes all header lines of one request
 * @param maxHeaderLines of one request
 * @param maxUriBytes of the request target
 * @param maxConnections at once; one more is answered 503 and closed
 * @param headTimeout for the whole head of a request, from its first byte or the connection's start
 * @param idleTimeout between two requests on one connection
 * @param minBodyBytesPerSecond slower requests are refused after head_timeout; 0 refuses none
 * @param tls for the {@code tls://} addresses
 * @param h2 for connections that speak HTTP/2
 */
public record HttpSettings(
        List<AgentAddress> listen,
        boolean allowUnauthenticated,
        List<String> allowedOrigins,
        ProxySettings proxies,
        int maxBodyBytes,
        FrontBodies fronts,
        int maxHeaderBytes,
        int maxHeaderLines,
        int maxUriBytes,
        int maxConnections,
        Duration headTimeout,
        Duration idleTimeout,
        int minBodyBytesPerSecond,
        TlsSettings tls,
        H2Settings h2) {

    /** Why an address that others reach is refused, and what to do. */
    public static final String NO_CREDENTIALS =
            "there is no token yet, and without one whoever can reach this address controls every"
                    + " agent: make the first token with culvertd init, listen on loopback or a"
                    + " Unix socket, or accept the risk with http.allow_unauthenticated";

    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#@\\s]+");

    public static final HttpSettings DEFAULTS =
            new HttpSettings(
                    List.of(AgentAddress.parse("tcp://127.0.0.1:8470")),
                    false,
                    List.of(),
                    ProxySettings.DEFAULTS,
                    1024 * 1024,
                    FrontBodies.DEFAULTS,
                    16 * 1024,
                    128,
                    64 * 1024,
                    20_000,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    1024,
                    TlsSettings.DEFAULTS,
                    H2Settings.DEFAULTS);

    public HttpSettings {
        listen = List.copyOf(listen);
        allowedOrigins = List.copyOf(allowedOrigins);
        Check.that(!listen.isEmpty(), "listen", "empty", "no client could reach the daemon");
        for (int index = 0; index < listen.size(); index++) {
            String problem = problem(listen.get(index), tls);
            Check.that(problem.isEmpty(), "listen[" + index + "]", listen.get(index), problem);
        }
        for (int index = 0; index < allowedOrigins.size(); index++) {
            Check.that(
                    ORIGIN.matcher(allowedOrigins.get(index)).matches(),
                    "allowed_origins[" + index + "]",
                    '"' + allowedOrigins.get(index) + '"',
                    "an origin is http://HOST or https://HOST, optionally with :PORT, and nothing"
                            + " more");
        }
        Check.bytesBetween("max_body_bytes", maxBodyBytes, 1, FrontBodies.LARGEST_BYTES);
        Check.atLeast("max_header_bytes", maxHeaderBytes, 1);
        Check.atLeast("max_header_lines", maxHeaderLines, 1);
        Check.atLeast("max_uri_bytes", maxUriBytes, 1);
        Check.atLeast("max_connections", maxConnections, 1);
        Check.positive("head_timeout", headTimeout);
        Check.positive("idle_timeout", idleTimeout);
        Check.atLeast("min_body_bytes_per_second", minBodyBytesPerSecond, 0);
    }

    /** The same, with another limit of connections. */
    HttpSettings withConnections(int most) {
        return new HttpSettings(
                listen,
                allowUnauthenticated,
                allowedOrigins,
                proxies,
                maxBodyBytes,
                fronts,
                maxHeaderBytes,
                maxHeaderLines,
                maxUriBytes,
                most,
                headTimeout,
                idleTimeout,
                minBodyBytesPerSecond,
                tls,
                h2);
    }

    /**
     * Checks a socket that is not among {@link #listen} by the same rules.
     *
     * @throws IllegalArgumentException one sentence, when clients must not connect there
     */
    public void checkListen(AgentAddress address) {
        String problem = problem(address, tls);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(address + " cannot be used: " + problem);
        }
    }

    /** Why clients must not connect there; empty if they may. */
    private static String problem(AgentAddress address, TlsSettings tls) {
        return switch (address) {
            case Tcp tcp when tcp.tls() && tls.cert().isEmpty() ->
                    "TLS needs a certificate: set http.tls.cert and http.tls.key";
            case Unix _, Tcp _ -> "";
            case HybridUnix _, Vsock _, AgentAddress.Incoming _ ->
                    "clients can only connect to tls://HOST:PORT, tcp://HOST:PORT, HOST:PORT or"
                            + " unix:///PATH";
        };
    }

    /**
     * Why the daemon must not listen as these settings say while it has no credentials, as one
     * sentence; empty if it may.
     */
    public Optional<String> refusalWithoutCredentials() {
        for (int index = 0; index < listen.size(); index++) {
            if (needsCredentials(listen.get(index))) {
                return Optional.of(
                        "http.listen[%d] is %s: %s"
                                .formatted(index, listen.get(index), NO_CREDENTIALS));
            }
        }
        return Optional.empty();
    }

    /**
     * Whether others than the users of this machine reach the address, and that was not allowed.
     */
    public boolean needsCredentials(AgentAddress address) {
        return address instanceof Tcp tcp && !tcp.isLoopback() && !allowUnauthenticated;
    }

    static HttpSettings read(Section in) {
        return new HttpSettings(
                in.list("listen", DaemonSettings.LISTENER, DEFAULTS.listen),
                in.get("allow_unauthenticated", Kind.BOOLEAN, DEFAULTS.allowUnauthenticated),
                in.list("allowed_origins", Kind.TEXT, DEFAULTS.allowedOrigins),
                ProxySettings.read(in),
                in.get("max_body_bytes", Kind.BYTES, DEFAULTS.maxBodyBytes),
                FrontBodies.read(in),
                in.get("max_header_bytes", Kind.BYTES, DEFAULTS.maxHeaderBytes),
                in.get("max_header_lines", Kind.INT, DEFAULTS.maxHeaderLines),
                in.get("max_uri_bytes", Kind.BYTES, DEFAULTS.maxUriBytes),
                in.get("max_connections", Kind.INT, DEFAULTS.maxConnections),
                in.get("head_timeout", Kind.DURATION, DEFAULTS.headTimeout),
                in.get("idle_timeout", Kind.DURATION, DEFAULTS.idleTimeout),
                in.get("min_body_bytes_per_second", Kind.BYTES, DEFAULTS.minBodyBytesPerSecond),
                in.section("tls", TlsSettings::read),
                in.section("h2", H2Settings::read));
    }
}
