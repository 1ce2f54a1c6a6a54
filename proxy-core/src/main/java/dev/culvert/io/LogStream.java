package dev.culvert.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program's standard error, which writes each log entry of slf4j-simple as a whole. For the
 * journal an entry becomes one line with its priority ({@code sd-daemon(3)}); elsewhere it begins
 * with the time, and its further lines are indented, so that none looks like another entry. What
 * others print passes unchanged. Safe for all threads.
 */
/* slf4j-simple prints the text of an entry by println, then a stack trace line by line, then flushes,
 * and holds a lock of its own meanwhile: what one thread prints until the flush is one entry. */
public final class LogStream extends PrintStream {
    /** The journal cuts a line at 48 KiB and makes the rest another entry. */
    private static final int MOST_CHARS = 16 * 1024;

    private static final String JOURNAL_BREAK = " | ";
    private static final String OTHER_BREAK = "\n    ";

    private final PrintStream target;
    private final boolean journal;
    private final Clock clock;
    private final StringBuilder entry = new StringBuilder();
    private int textStart;
    private @Nullable Thread owner;
    private volatile Listener listener = _ -> "";

    LogStream(PrintStream out, boolean journal, Clock clock) {
        super(out, true, UTF_8);
        target = out;
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * Replaces {@code System.err}.
     *
     * @param environment of this process: {@code JOURNAL_STREAM} names the stream that the journal
     *     reads
     */
    public static void install(Map<String, String> environment) {
        System.setErr(
                new LogStream(
                        System.err,
                        isJournal(environment.get("JOURNAL_STREAM")),
                        Clock.systemUTC()));
    }

    /**
     * Writes one line to {@code System.err} at once, between the entries of others.
     *
     * @param level that of an entry, such as {@code INFO}, which gives the line its priority in the
     *     journal
     * @param dated whether the line begins with the time, if it is not for the journal
     */
    public static void entry(String level, String line, boolean dated) {
        PrintStream err = System.err;
        if (err instanceof LogStream log) {
            log.writeEntry(level, line, dated);
        } else {
            err.println(line);
        }
    }

    synchronized void writeEntry(String level, String line, boolean dated) {
        String start = journal ? "<" + priority(level + " ") + ">" : dated ? now() : "";
        byte[] bytes = (start + line + "\n").getBytes(UTF_8);
        target.write(bytes, 0, bytes.length);
        target.flush();
    }

    /** Has each entry too. */
    public interface Listener {
        /**
         * Called on the thread that logs, while it holds the log: must be quick, and log nothing.
         *
         * @param entry with its level, without time, priority and line break
         * @return what the entry ends with, such as {@code (op 1f)}; empty for nothing
         */
        String onEntry(String entry);
    }

    /** Lets {@code next} have each entry of {@code System.err}. There is one such listener. */
    public static void listen(Listener next) {
        if (System.err instanceof LogStream stream) {
            stream.listenTo(next);
        }
    }

    void listenTo(Listener next) {
        listener = next;
    }

    /** Whether standard error is the stream that the variable names: a child may have another. */
    private static boolean isJournal(@Nullable String stream) {
        if (stream == null) {
            return false;
        }
        Path err = Path.of("/proc/self/fd/2");
        try {
            return stream.equals(
                    Files.getAttribute(err, "unix:dev")
                            + ":"
                            + Files.getAttribute(err, "unix:ino"));
        } catch (IOException | UnsupportedOperationException _) {
            return true; // there is nothing to compare it with
        }
    }

    @Override
    public synchronized void println(@Nullable String line) {
        int priority = priority(line);
        if (line == null || priority == 0) {
            emit();
            super.println(line);
            return;
        }
        emit();
        owner = Thread.currentThread();
        entry.append(journal ? "<" + priority + ">" : now());
        textStart = entry.length();
        append(line);
    }

    /** A line of a stack trace. */
    @Override
    public synchronized void println(@Nullable Object line) {
        if (Thread.currentThread().equals(owner)) {
            entry.append(lineBreak());
            append(String.valueOf(line).strip());
        } else {
            emit();
            super.println(line);
        }
    }

    @Override
    public synchronized void flush() {
        emit();
        super.flush();
    }

    private void append(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                entry.append(lineBreak());
            } else if (c == '\t') {
                entry.append(' ');
            } else if (c >= ' ') {
                entry.append(c);
            }
        }
    }

    private void emit() {
        if (owner == null) {
            return;
        }
        boolean isOwn = owner.equals(Thread.currentThread());
        owner = null;
        if (entry.length() > MOST_CHARS) {
            entry.setLength(MOST_CHARS);
            entry.append('…');
        }
        if (isOwn) {
            entry.append(listener.onEntry(entry.substring(textStart)));
        }
        byte[] bytes = entry.append('\n').toString().getBytes(UTF_8);
        entry.setLength(0);
        target.write(bytes, 0, bytes.length);
        target.flush();
    }

    private String lineBreak() {
        return journal ? JOURNAL_BREAK : OTHER_BREAK;
    }

    /** As in {@code syslog(3)}; 0 if the line begins no log entry. */
    private static int priority(@Nullable String line) {
        int end = line == null ? -1 : line.indexOf(' ');
        return switch (end < 0 || line == null ? "" : line.substring(0, end)) {
            case "ERROR" -> 3;
            case "WARN" -> 4;
            case "INFO" -> 6;
            case "DEBUG", "TRACE" -> 7;
            default -> 0;
        };
    }

    /** In UTC, to the millisecond. Loading the JDK's formatter would delay a guest's start. */
    private String now() {
        long millis = clock.millis();
        LocalDateTime time =
                LocalDateTime.ofEpochSecond(Math.floorDiv(millis, 1000), 0, ZoneOffset.UTC);
        String thousandths = Long.toString(1000 + Math.floorMod(millis, 1000)).substring(1);
        String text = time.toString(); // without the seconds where they are 0
        return text + (text.length() == 16 ? ":00." : ".") + thousandths + "Z ";
    }
}
