package dev.culvert.daemon.http;

import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress.Tcp;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stops pages of other sites from calling this daemon through a browser that can reach it. */
/* Over loopback the Host is checked, because a page whose name was made to resolve to 127.0.0.1
 * (DNS rebinding) is of the same origin in its browser's eyes and gives itself away by its name
 * alone. On a network any name may be ours, unless http.allowed_hosts says which are. An Origin that
 * equals the Host proves that the daemon's own page sent the request only if that name is ours, as an address
 * always is. A browser reaches a Unix socket through ssh -L, and then by a name of loopback.
 *
 * What a proxy forwards comes on top and replaces no check: a page can send X-Forwarded-Host, but no
 * other Host than its own name. */
public final class BrowserPolicy {
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Set<String> FOREIGN_FETCHES = Set.of("cross-site", "same-site");

    private final String scheme;
    private final List<String> allowedOrigins;
    private final AllowedHosts allowedHosts;
    private final Set<String> listenNames = new HashSet<>(LOOPBACK_NAMES);

    /** For connections without TLS. */
    public BrowserPolicy(HttpSettings settings) {
        this(settings, "http");
    }

    /** For connections with TLS. */
    static BrowserPolicy withTls(HttpSettings settings) {
        return new BrowserPolicy(settings, "https");
    }

    private BrowserPolicy(HttpSettings settings, String scheme) {
        this.scheme = scheme;
        allowedOrigins = settings.allowedOrigins();
        allowedHosts = new AllowedHosts(settings.proxies().allowedHosts());
        for (var address : settings.listen()) {
            if (address instanceof Tcp tcp) {
                String host = tcp.host().toLowerCase(Locale.ROOT);
                listenNames.add(host.indexOf(':') < 0 ? host : "[" + host + "]");
            }
        }
    }

    public boolean isAllowedOrigin(@Nullable String origin) {
        return origin != null && allowedOrigins.contains(origin);
    }

    /** Whether answers differ by their request's Origin at all. */
    public boolean knowsOrigins() {
        return !allowedOrigins.isEmpty();
    }

    /**
     * Why a request is refused, as one sentence; null if it is not.
     *
     * @param host null if an HTTP/1.0 client named none
     * @param fetchSite the value of {@code Sec-Fetch-Site}
     */
    @Nullable String refusal(
            Way way,
            @Nullable Authority host,
            @Nullable Forwarded forwarded,
            @Nullable String origin,
            @Nullable String fetchSite) {
        if (host != null && !mayBeOurs(way, host)) {
            return refusal("Host", host);
        }
        Authority asked = forwarded == null ? null : forwarded.host();
        if (asked != null && !mayBeOurs(way, asked)) {
            return refusal("forwarded host", asked);
        }
        if (isAllowedOrigin(origin)) {
            return null;
        }
        if (origin != null) {
            return isOwnOrigin(origin, way, asked == null ? host : asked, forwarded)
                    ? null
                    : "The Origin is not allowed: add it to http.allowed_origins if its pages may"
                            + " call.";
        }
        if (fetchSite != null && FOREIGN_FETCHES.contains(fetchSite)) {
            return "A page of another origin sent this: add its origin to http.allowed_origins if"
                    + " it may call.";
        }
        return null;
    }

    private static String refusal(String what, Authority host) {
        return "The %s '%s' is not this daemon's: call it by localhost or by the address that it listens on, or add the name to http.allowed_hosts."
                .formatted(what, Quoted.word(host.text()));
    }

    private boolean mayBeOurs(Way way, Authority host) {
        return switch (way) {
            case LOOPBACK -> isListenName(host) || allowedHosts.contains(host.host());
            case NETWORK ->
                    allowedHosts.isEmpty()
                            || isListenName(host)
                            || host.isAddress() // no page was made to resolve to that
                            || allowedHosts.contains(host.host());
            case UNIX_SOCKET -> true; // no browser gets there but through a proxy
        };
    }

    private boolean isListenName(Authority host) {
        return listenNames.contains(host.host());
    }

    private boolean isOwnOrigin(
            String origin, Way way, @Nullable Authority host, @Nullable Forwarded forwarded) {
        if (host == null) {
            return false;
        }
        boolean ours =
                (way == Way.NETWORK ? host.isAddress() : isListenName(host))
                        || allowedHosts.contains(host.host());
        String told = forwarded == null ? null : forwarded.scheme();
        return ours && origin.equals((told == null ? scheme : told) + "://" + host.text());
    }
}
