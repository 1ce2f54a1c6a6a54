package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.about.Units;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.operations.LogRecord;
import dev.culvert.io.Quoted;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which records of the log are wanted.
 *
 * @param after only those with a larger number
 * @param limit the most records
 */
record LogQuery(Predicate<LogRecord> wanted, long after, int limit) {
    private static final int DEFAULT_LIMIT = 200;
    private static final int MOST = 5_000;
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");

    static LogQuery of(Request request, Instant now) {
        Instant since = time("since", request, now);
        Instant until = time("until", request, now);
        int level = level(request.query("level"));
        String operation = text(request, "operation");
        String op = text(request, "op");
        String words = text(request, "text").toLowerCase(Locale.ROOT);
        Predicate<String> agent = about(request.query("agent"));
        Predicate<LogRecord> wanted =
                it ->
                        (since == null || !it.time().isBefore(since))
                                && (until == null || !it.time().isAfter(until))
                                && LEVELS.indexOf(it.level()) <= level
                                && isOf(it, operation)
                                && isRun(it, op)
                                && contains(it, words)
                                && agent.test(everything(it));
        return new LogQuery(
                wanted,
                number(request, "after", 0, Long.MAX_VALUE, -1),
                (int) number(request, "limit", 1, MOST, DEFAULT_LIMIT));
    }

    /** Without {@code after}, the latest that are wanted; with it, those that came next. */
    List<LogRecord> of(List<LogRecord> all) {
        List<LogRecord> found =
                all.stream().filter(it -> it.number() > after).filter(wanted).toList();
        int from = after >= 0 ? 0 : Math.max(0, found.size() - limit);
        return found.subList(from, Math.min(found.size(), from + limit));
    }

    private static boolean isOf(LogRecord it, String operation) {
        LogRecord.About about = it.about();
        return operation.isEmpty()
                || (about != null
                        && (about.operation().equals(operation)
                                || about.operation().startsWith(operation + ".")));
    }

    private static boolean isRun(LogRecord it, String op) {
        LogRecord.About about = it.about();
        return op.isEmpty()
                || (about == null
                        ? LogRoute.correlation(it.message()).equals(op)
                        : about.run().equals(op) || about.correlation().equals(op));
    }

    private static boolean contains(LogRecord it, String words) {
        return words.isEmpty() || everything(it).toLowerCase(Locale.ROOT).contains(words);
    }

    private static String everything(LogRecord it) {
        LogRecord.Fault error = it.error();
        LogRecord.About about = it.about();
        return it.area()
                + " "
                + it.message()
                + (error == null ? "" : " " + error.type() + " " + error.message())
                + (about == null ? "" : " " + about.resources().values());
    }

    /** Lines that contain the name as a whole word: {@code web-1} is not in web-10. */
    static Predicate<String> about(@Nullable String agent) {
        return agent == null
                ? _ -> true
                : Pattern.compile("(?<![A-Za-z0-9_-])" + Pattern.quote(agent) + "(?![A-Za-z0-9_-])")
                        .asPredicate();
    }

    private static String text(Request request, String name) {
        String text = request.query(name);
        return text == null ? "" : text;
    }

    private static int level(@Nullable String word) {
        int level = word == null ? LEVELS.size() - 1 : LEVELS.indexOf(word);
        if (level < 0) {
            throw wrong("level", String.valueOf(word), "error, warn, info, debug or trace");
        }
        return level;
    }

    private static @Nullable Instant time(String name, Request request, Instant now) {
        String text = request.query(name);
        if (text == null) {
            return null;
        }
        try {
            return text.contains("T") ? Instant.parse(text) : now.minus(Units.duration(text));
        } catch (DateTimeParseException | NumberFormatException _) {
            throw wrong(
                    name, text, "a time such as 2026-11-30T12:00:00Z, or how long ago: 30m, 2h");
        }
    }

    private static long number(
            Request request, String name, long least, long most, long otherwise) {
        String text = request.query(name);
        if (text == null) {
            return otherwise;
        }
        long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
        if (number < least || number > most) {
            throw wrong(
                    name,
                    text,
                    most == Long.MAX_VALUE
                            ? "the number of a record"
                            : "%d to %d".formatted(least, most));
        }
        return number;
    }

    private static ProblemException wrong(String name, String text, String takes) {
        return new ProblemException(
                Problem.of(
                        BAD_REQUEST,
                        "The query parameter '%s' is '%s': it takes %s."
                                .formatted(name, Quoted.word(text), takes)));
    }
}
