package dev.culvert.policy;

import java.util.List;

/**
 * One rule of a file.
 *
 * @param name its own, or its place, such as {@code rules[2]}
 * @param where file, line and column
 * @param tools names and globs
 * @param reason for people, of whoever wrote the rule; may be empty
 */
public record Rule(
        Level level,
        String name,
        String where,
        Verdict verdict,
        List<String> tools,
        Condition condition,
        Limits limits,
        String reason) {
    public Rule {
        tools = List.copyOf(tools);
    }

    /** What it is about, for people. */
    public String about() {
        String what = condition.text();
        return tools.equals(List.of("*")) ? what : what + ", by " + String.join(", ", tools);
    }

    /** The same about something else. */
    Rule about(Condition other) {
        return new Rule(level, name, where, verdict, tools, other, limits, reason);
    }

    /** The same for files of at most so many bytes. */
    Rule upTo(long maxFileBytes) {
        Limits smaller = limits.upTo(maxFileBytes);
        return new Rule(level, name, where, verdict, tools, condition, smaller, reason);
    }

    /** A stricter one, made of one of its keys. */
    Rule except(String key, Verdict stricter, Condition other) {
        return new Rule(level, name + '.' + key, where, stricter, tools, other, limits, reason);
    }

    boolean matches(Action action) {
        return tools.stream().anyMatch(glob -> Glob.matches(glob, action.tool()))
                && condition.matches(action, verdict);
    }

    boolean isStricterThan(Rule other) {
        return verdict.compareTo(other.verdict) > 0;
    }

    /**
     * Whether it can be about a call of the tool, of which nothing else is known: by its name, or
     * because the tool is built in and does such things.
     */
    boolean mayBeAbout(String tool) {
        boolean isNamed =
                tools.stream().anyMatch(glob -> !glob.equals("*") && Glob.matches(glob, tool));
        return isNamed || (tools.contains("*") && BuiltIn.does(tool, condition));
    }

    /** Whether it is about all that the other one is, as far as that is easy to see. */
    boolean covers(Rule other) {
        return other.tools.stream()
                        .allMatch(tool -> tools.stream().anyMatch(it -> Glob.covers(it, tool)))
                && condition.covers(other.condition, verdict);
    }

    /** What it says, as a clause: its reason, or the verdict. */
    String sentence() {
        String what = name + " (" + where + ") ";
        String says =
                switch (verdict) {
                    case ALLOW -> "allows it";
                    case ASK -> "wants it to be confirmed";
                    case DENY -> "denies it";
                };
        return what + says + (reason.isEmpty() ? "" : ": " + reason);
    }
}
