package dev.culvert.guest.policy;

import java.util.List;

/**
 * The tools that an agent may use: names, or globs in which {@code *} matches any characters. An
 * empty list allows every tool.
 */
public record ToolAllowlist(List<String> patterns) {
    public static final ToolAllowlist EVERYTHING = new ToolAllowlist(List.of());

    public ToolAllowlist {
        patterns = List.copyOf(patterns);
    }

    public boolean allows(String toolName) {
        return patterns.isEmpty()
                || patterns.stream().anyMatch(pattern -> matches(pattern, toolName));
    }

    /** Says in a sentence why a tool is not allowed. */
    public String reason(String toolName) {
        return toolName.isEmpty()
                ? "the call names no tool, and only these are allowed: " + patterns
                : "it is not on the tool allowlist " + patterns;
    }

    /**
     * Never backtracks beyond the last star, so that the cost is at most the product of the
     * lengths.
     */
    private static boolean matches(String pattern, String name) {
        int p = 0;
        int star = -1;
        int resume = 0;
        int n = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = n;
            } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
