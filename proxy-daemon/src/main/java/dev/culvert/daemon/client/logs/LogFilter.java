package dev.culvert.daemon.client.logs;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which lines are wanted.
 *
 * @param agent only lines about this agent
 * @param op only lines of this operation, request or run
 */
public record LogFilter(Optional<String> agent, Optional<String> op) implements Predicate<String> {
    @Override
    public boolean test(String line) {
        return agent.map(name -> isAbout(line, name)).orElse(true)
                && op.map(id -> isOf(line, id)).orElse(true);
    }

    /** As the daemon says it: {@code agent=NAME}, {@code agent NAME}, or as JSON. */
    private static boolean isAbout(String line, String agent) {
        return find(
                line,
                "(?:\\bagent[= ]|\"agent\":\\s*\")\"?'?"
                        + Pattern.quote(agent)
                        + "(?![\\w.-]*\\w)");
    }

    private static boolean isOf(String line, String id) {
        return find(
                line,
                "(?:\\b(?:op|run|request|trace|operation)=|\"(?:op|run|request|trace|operation)\":\\s*\")\"?"
                        + Pattern.quote(id)
                        + "(?![\\w.-]*\\w)");
    }

    private static boolean find(String line, String pattern) {
        return Pattern.compile(pattern).matcher(line).find();
    }
}
