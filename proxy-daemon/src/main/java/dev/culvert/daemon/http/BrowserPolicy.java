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
 * alone. Elsewhere any name may be ours, so there an Origin that equals the Host proves nothing. */
public final class BrowserPolicy {
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Set<String> FOREIGN_FETCHES = Set.of("cross-site", "same-site");

    private final List<String> allowedOrigins;
    private final Set<String> ownNames = new HashSet<>(LOOPBACK_NAMES);

    public BrowserPolicy(HttpSettings settings) {
        allowedOrigins = settings.allowedOrigins();
        for (var address : settings.listen()) {
            if (address instanceof Tcp tcp) {
                String host = tcp.host().toLowerCase(Locale.ROOT);
                ownNames.add(host.indexOf(':') < 0 ? host : "[" + host + "]");
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
    public @Nullable String refusal(
            boolean overLoopback,
            @Nullable Authority host,
            @Nullable String origin,
            @Nullable String fetchSite) {
        if (overLoopback && host != null && !ownNames.contains(host.host())) {
            return "The Host '%s' is not this daemon's: call it by localhost or by the address that it listens on."
                    .formatted(Quoted.word(host.text()));
        }
        if (isAllowedOrigin(origin)) {
            return null;
        }
        if (origin != null) {
            boolean own = overLoopback && host != null && origin.equals("http://" + host.text());
            return own
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
}
