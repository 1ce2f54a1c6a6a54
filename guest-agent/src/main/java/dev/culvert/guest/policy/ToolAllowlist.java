package dev.culvert.guest.policy;

import java.util.List;

/**
 * The tools that an agent may use: names, or globs in which {@code *} stands for any characters. An
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

    /** Why a tool is not allowed, in a sentence. */
    public String reason(String toolName) {
        return toolName.isEmpty()
                ? "the call names no tool, and only these are allowed: " + patterns
                : "it is not on the tool allowlist " + patterns;
    }

    /**
     * Never backtracks beyond the last star, so a hostile glob costs no more than length by length.
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
