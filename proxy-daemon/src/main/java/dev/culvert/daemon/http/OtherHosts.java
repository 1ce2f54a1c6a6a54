package dev.culvert.daemon.http;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hosts that lead to this daemon and are not its own: one route serves all of their paths, and no
 * other route serves any.
 */
/* Asked for each head that differs from the one before on its connection, so it makes no text. */
public final class OtherHosts {
    /** There are none. */
    public static final OtherHosts NONE = new OtherHosts(() -> "", null);

    private final Supplier<String> domain;
    private final @Nullable Route route;

    /**
     * The hosts below a domain.
     *
     * @param domain in lower case; empty for none
     * @param route serves them; null if there are none
     */
    public OtherHosts(Supplier<String> domain, @Nullable Route route) {
        this.domain = domain;
        this.route = route;
    }

    @Nullable Route route() {
        return route;
    }

    /**
     * Whether the value of a Host names one of them, with any port.
     *
     * @param host null for none
     */
    public boolean contain(@Nullable String host) {
        if (host == null || route == null) {
            return false;
        }
        String suffix = domain.get();
        int colon = host.lastIndexOf(':');
        int end = colon < 0 ? host.length() : colon;
        int start = end - suffix.length();
        return !suffix.isEmpty()
                && start > 1
                && host.charAt(start - 1) == '.'
                && host.regionMatches(true, start, suffix, 0, suffix.length());
    }
}
