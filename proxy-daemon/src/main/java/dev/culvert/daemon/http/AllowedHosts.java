package dev.culvert.daemon.http;

import java.util.List;

/**
 * The names that the settings give this daemon. Immutable.
 *
 * @param patterns in lower case; {@code *.NAME} is every name below NAME
 */
record AllowedHosts(List<String> patterns) {
    private static final String BELOW = "*.";

    boolean isEmpty() {
        return patterns.isEmpty();
    }

    /**
     * @param host in lower case, without a port
     */
    boolean contains(String host) {
        for (String pattern : patterns) {
            boolean is =
                    pattern.startsWith(BELOW)
                            ? host.length() >= pattern.length()
                                    && host.endsWith(pattern.substring(1))
                            : host.equals(pattern);
            if (is) {
                return true;
            }
        }
        return false;
    }
}
