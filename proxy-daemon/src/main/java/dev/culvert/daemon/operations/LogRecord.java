package dev.culvert.daemon.operations;

import dev.culvert.about.Recovery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One record of the daemon's log: a line of it, or the beginning or end of a change.
 *
 * @param number of this daemon's records, from 1
 * @param area which part of the daemon says it
 * @param message without level, area and stack
 * @param about what it belongs to; null if that is only the daemon
 * @param took how long the change took, at its end
 * @param error what went wrong, if something did
 */
public record LogRecord(
        long number,
        Instant time,
        String level,
        Phase phase,
        String area,
        String message,
        @Nullable About about,
        @Nullable Duration took,
        @Nullable Fault error) {

    /** How far a change had got. */
    public enum Phase {
        BEGIN,
        WORK,
        END,

        /** No change: the daemon itself. */
        RUNNING;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The change that a record belongs to.
     *
     * @param run its id
     * @param correlation the id of the request that began it
     * @param resources what it is about, by the names of the operation's parameters
     */
    public record About(
            String run,
            String correlation,
            String operation,
            String caller,
            @Nullable String tenant,
            Map<String, String> resources) {

        public About {
            resources = Map.copyOf(resources);
        }

        static About of(Run run) {
            return new About(
                    run.id(),
                    run.requestId(),
                    run.operation().name(),
                    run.caller().name(),
                    run.caller().tenant(),
                    resources(run.operation().path(), run.path()));
        }

        /** The values of a template's parameters; the path may have more before it. */
        static Map<String, String> resources(String template, String path) {
            String[] names = template.split("/", -1);
            String[] values = path.split("/", -1);
            Map<String, String> resources = new LinkedHashMap<>();
            for (int i = 1; i <= Math.min(names.length, values.length); i++) {
                String name = names[names.length - i];
                if (name.startsWith("{") && name.endsWith("}")) {
                    String before = i < names.length ? names[names.length - i - 1] : "";
                    resources.put(
                            named(name.substring(1, name.length() - 1), before),
                            values[values.length - i]);
                }
            }
            return resources;
        }

        /** What is only called "id" is called as the list that it is in: agents, so agent. */
        private static String named(String parameter, String before) {
            return parameter.equals("id") && before.endsWith("s")
                    ? before.substring(0, before.length() - 1)
                    : parameter;
        }
    }

    /**
     * What went wrong.
     *
     * @param type the class of the exception, or the status of the answer
     * @param stack where it was thrown; empty if nothing was
     * @param recovery what to do, in sentences
     */
    public record Fault(String type, String message, List<String> stack, List<String> recovery) {
        public Fault {
            stack = List.copyOf(stack);
            recovery = List.copyOf(recovery);
        }
    }

    /** An entry begins with its level and the logger's short name. */
    private static final Pattern ENTRY =
            Pattern.compile("(ERROR|WARN|INFO|DEBUG|TRACE) (?:(\\S+) - )?(.*)", Pattern.DOTALL);

    /** As LogStream joins the lines of an entry. */
    private static final Pattern BREAK = Pattern.compile("\n    | \\| ");

    private static final Pattern THROWN =
            Pattern.compile("([\\w.$]+(?:Exception|Error|Throwable))(?:: (.*))?", Pattern.DOTALL);

    /** Reads an entry as LogStream has it. */
    static LogRecord of(long number, Instant time, String entry, @Nullable About about) {
        Matcher parts = ENTRY.matcher(entry);
        boolean isEntry = parts.matches();
        String level = isEntry ? parts.group(1) : "INFO";
        String area = isEntry && parts.group(2) != null ? parts.group(2) : "";
        String[] lines = BREAK.split(isEntry ? parts.group(3) : entry, -1);
        return new LogRecord(
                number,
                time,
                level.toLowerCase(Locale.ROOT),
                about == null ? Phase.RUNNING : Phase.WORK,
                area,
                lines[0],
                about,
                null,
                fault(level, area, lines));
    }

    private static @Nullable Fault fault(String level, String area, String[] lines) {
        List<String> stack = new ArrayList<>();
        String type = "";
        String message = lines[0];
        for (int i = 1; i < lines.length; i++) {
            Matcher thrown = THROWN.matcher(lines[i]);
            if (type.isEmpty() && thrown.matches()) {
                type = thrown.group(1);
                message = thrown.group(2) == null ? "" : thrown.group(2);
            } else {
                stack.add(lines[i]);
            }
        }
        if (type.isEmpty() && !level.equals("ERROR")) {
            return null;
        }
        String named = type.isEmpty() ? area : type;
        return new Fault(named, message, stack, Recovery.ofType(named));
    }

    static LogRecord begun(long number, Instant time, About about) {
        return new LogRecord(
                number,
                time,
                "info",
                Phase.BEGIN,
                "operations",
                about.operation() + " begins",
                about,
                null,
                null);
    }

    static LogRecord ended(long number, Instant time, About about, Run.End end) {
        Duration took = Duration.ofNanos(end.nanos());
        String why = end.why();
        if (why == null) {
            return new LogRecord(
                    number,
                    time,
                    "info",
                    Phase.END,
                    "operations",
                    about.operation() + " is done: " + end.status(),
                    about,
                    took,
                    null);
        }
        return new LogRecord(
                number,
                time,
                end.status() >= 500 ? "error" : "warn",
                Phase.END,
                "operations",
                about.operation() + " failed: " + why,
                about,
                took,
                new Fault("http." + end.status(), why, List.of(), Recovery.ofStatus(end.status())));
    }
}
