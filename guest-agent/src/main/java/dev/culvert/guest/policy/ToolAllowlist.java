package dev.culvert.guest.policy;

import dev.culvert.policy.Glob;
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
                || patterns.stream().anyMatch(pattern -> Glob.matches(pattern, toolName));
    }

    /** Says in a sentence why a tool is not allowed. */
    public String reason(String toolName) {
        return toolName.isEmpty()
                ? "the call names no tool, and only these are allowed: " + patterns
                : "it is not on the tool allowlist " + patterns;
    }
}
