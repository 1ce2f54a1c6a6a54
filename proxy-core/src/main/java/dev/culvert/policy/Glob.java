package dev.culvert.policy;

/** Names in which {@code *} stands for any characters, also none. */
public final class Glob {
    private Glob() {}

    /**
     * Whether the glob matches the whole name. Never backtracks beyond the last star, so that the
     * cost is at most the product of the lengths.
     */
    public static boolean matches(String glob, String name) {
        int g = 0;
        int star = -1;
        int resume = 0;
        int n = 0;
        while (n < name.length()) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                resume = n;
            } else if (g < glob.length() && glob.charAt(g) == name.charAt(n)) {
                g++;
                n++;
            } else if (star >= 0) {
                g = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }

    static boolean hasWildcard(String glob) {
        return glob.indexOf('*') >= 0;
    }

    /** Whether the first matches all that the second does, as far as that is easy to see. */
    static boolean covers(String wide, String narrow) {
        return wide.equals(narrow)
                || wide.equals("*")
                || (!hasWildcard(narrow) && matches(wide, narrow));
    }
}
