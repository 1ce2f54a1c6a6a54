package dev.culvert.daemon.client.logs;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which lines are wanted by when they were written, how grave they are, and their words.
 *
 * @param level the least grave, such as {@code warn}
 * @param text that a line contains, in capital or small letters
 */
public record LogWindow(
        Optional<Instant> since,
        Optional<Instant> until,
        Optional<String> level,
        Optional<String> text) {
    public static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");

    /** As the daemon writes its lines, as logfmt, and as JSON. */
    private static final Pattern DATED =
            Pattern.compile(
                    "(?:time=|\\{.*?\"time\":\\s*\")?(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:[\\d.]+Z)\"?.*",
                    Pattern.DOTALL);

    private static final Pattern GRAVE =
            Pattern.compile(
                    "(?:\\S+Z )?(?:time=\\S+ )?(?:level=)?(?i:(error|warn|info|debug|trace)) .*"
                            + "|\\{.*?\"level\":\\s*\"(error|warn|info|debug|trace)\".*",
                    Pattern.DOTALL);

    /** Whether a line of a file is wanted that says itself when it was written. */
    public boolean wants(String line) {
        return wants(time(line), grade(line), line);
    }

    /**
     * Whether a line is wanted.
     *
     * @param at when it was written; empty if nobody knows, which is at no time
     * @param grade its level; empty if nobody knows
     */
    public boolean wants(Optional<Instant> at, String grade, String line) {
        return since.map(it -> at.isPresent() && !at.get().isBefore(it)).orElse(true)
                && until.map(it -> at.isPresent() && !at.get().isAfter(it)).orElse(true)
                && level.map(it -> isAtLeast(grade, it)).orElse(true)
                && text.map(it -> contains(line, it)).orElse(true);
    }

    private static boolean contains(String line, String words) {
        return line.toLowerCase(Locale.ROOT).contains(words.toLowerCase(Locale.ROOT));
    }

    private static boolean isAtLeast(String grade, String least) {
        int is = LEVELS.indexOf(grade.toLowerCase(Locale.ROOT));
        return is >= 0 && is <= LEVELS.indexOf(least);
    }

    private static Optional<Instant> time(String line) {
        Matcher dated = DATED.matcher(line);
        try {
            return dated.matches() ? Optional.of(Instant.parse(dated.group(1))) : Optional.empty();
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    private static String grade(String line) {
        Matcher grave = GRAVE.matcher(line);
        if (!grave.matches()) {
            return "";
        }
        return grave.group(1) == null ? grave.group(2) : grave.group(1);
    }
}
