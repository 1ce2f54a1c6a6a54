package dev.culvert.daemon.client.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.OwnerOnly;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.MaskingCallback;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.impl.ffm.FfmTerminalProvider;
import org.jline.terminal.spi.SystemStream;
import org.jspecify.annotations.Nullable;

/** The user's terminal: takes lines at a prompt, and keys while an answer comes. */
public final class Console implements AutoCloseable {
    private static final int MOST_HISTORY = 1_000;

    /** JLine would write its warnings into the conversation. */
    private static final Logger JLINE = Logger.getLogger("org.jline");

    static {
        JLINE.setLevel(Level.OFF);
    }

    private final Terminal terminal;
    private final LineReader reader;
    private final PrintWriter writer;
    private @Nullable Keys keys;

    /** What was typed while an answer came. */
    private String ahead = "";

    /**
     * Takes the terminal over, and closes it.
     *
     * @param history the file of what was typed before; empty to keep nothing
     */
    Console(Terminal terminal, Optional<Path> history) {
        this(
                terminal,
                prepared(new LineReaderImpl(terminal, "culvert", new HashMap<>()), history),
                terminal.writer());
    }

    /**
     * The same with a reader of its own.
     *
     * @param reader of that terminal, {@link #prepared}
     * @param writer to that terminal, for everything but prompts
     */
    public Console(Terminal terminal, LineReader reader, PrintWriter writer) {
        this.terminal = terminal;
        this.reader = reader;
        this.writer = writer;
    }

    /**
     * A reader that takes several lines at once, and keeps what was typed.
     *
     * @param history the file for it; empty to keep nothing
     */
    public static <R extends LineReaderImpl> R prepared(R reader, Optional<Path> history) {
        reader.setParser(Whole.PARSER);
        reader.option(Option.DISABLE_EVENT_EXPANSION, true);
        reader.option(Option.HISTORY_IGNORE_SPACE, true);
        reader.setVariable(LineReader.HISTORY_SIZE, MOST_HISTORY);
        reader.setVariable(LineReader.HISTORY_FILE_SIZE, MOST_HISTORY);
        reader.setVariable(LineReader.SECONDARY_PROMPT_PATTERN, "… ");
        history.ifPresent(file -> reader.setVariable(LineReader.HISTORY_FILE, file));
        return reader;
    }

    /**
     * That of this process, to talk at.
     *
     * @param type what {@code TERM} says
     */
    static Console open(String type, Optional<Path> history) throws IOException {
        Terminal terminal = open(type);
        makeOwnerOnly(history);
        return of(terminal, history);
    }

    /** The terminal of this process, whose signals come here. */
    public static Terminal open(String type) throws IOException {
        Terminal terminal = terminal(type, true, SystemStream.Output);
        terminal.handle(Terminal.Signal.INT, _ -> {}); // where neither a prompt nor keys are
        return terminal;
    }

    /** Makes the file of a history, for its owner alone. */
    public static void makeOwnerOnly(Optional<Path> history) throws IOException {
        if (history.isPresent()) {
            OwnerOnly.createDirectories(history.get().resolveSibling(""));
            OwnerOnly.open(history.get()).close(); // or it would be made for all to read
        }
    }

    /** That of this process, for questions alone; signals stay with the process. */
    static Console forQuestions(String type) throws IOException {
        return of(terminal(type, false, SystemStream.Error), Optional.empty());
    }

    private static Console of(Terminal terminal, Optional<Path> history) throws IOException {
        try {
            return new Console(terminal, history);
        } catch (RuntimeException e) {
            terminal.close();
            throw unusable(e);
        }
    }

    /** On a system whose terminals JLine does not know. */
    private static IOException unusable(Throwable e) {
        return new IOException(
                "this terminal cannot be used on "
                        + System.getProperty("os.name")
                        + "; say one thing with --message, or write it to standard input",
                e);
    }

    private static Terminal terminal(String type, boolean signals, SystemStream out)
            throws IOException {
        try {
            return new FfmTerminalProvider()
                    .sysTerminal(
                            "culvert",
                            type,
                            false,
                            UTF_8,
                            UTF_8,
                            UTF_8,
                            signals,
                            SignalHandler.SIG_DFL,
                            false,
                            out);
        } catch (RuntimeException | LinkageError e) {
            throw unusable(e);
        }
    }

    /** Whether stdin is a terminal. */
    /* Where JLine does not know, the JDK says it of stdin and stdout together; opening it then says what is wrong. */
    @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again without a terminal
    public static boolean isHere() {
        try {
            return new FfmTerminalProvider().isSystemStream(SystemStream.Input);
        } catch (RuntimeException | LinkageError _) {
            java.io.Console console = System.console();
            return console != null && console.isTerminal();
        }
    }

    public PrintWriter writer() {
        return writer;
    }

    public int columns() {
        return terminal.getColumns();
    }

    /** Waits for what the user types. */
    Typed line(String prompt) {
        try {
            return Typed.of(text(prompt));
        } catch (UserInterruptException _) {
            return new Typed.Dropped();
        } catch (EndOfFileException _) {
            return new Typed.End();
        }
    }

    /**
     * Waits for what the user types, of several lines maybe.
     *
     * @throws UserInterruptException if it is dropped
     * @throws EndOfFileException if there will be no more
     */
    public String text(String prompt) {
        String before = ahead;
        ahead = "";
        @Nullable MaskingCallback none = null;
        return reader.readLine(prompt, null, none, before).replace("\\\n", "\n");
    }

    /** What is at the next prompt already. */
    public void prefill(String text) {
        ahead = text;
    }

    /** Keys are read until it is closed. */
    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * From now on, until the result is closed, keys are read.
     *
     * @param onStop what Esc and Ctrl-C do; on a thread that may wait
     */
    public Watch watch(Runnable onStop) {
        Keys begun = new Keys(terminal, onStop);
        keys = begun;
        return () -> {
            keys = null;
            begun.close();
            ahead = begun.ahead().stripTrailing(); // its Enter was for nothing yet
        };
    }

    /**
     * Asks about a call that is shown already.
     *
     * @param isOver whether the answer was stopped, so that the question needs no answer
     */
    Consent ask(Question question, BooleanSupplier isOver) {
        Keys open = keys;
        if (open == null) {
            return Consent.NOBODY;
        }
        open.settle(isOver);
        try {
            Consent consent = answer(open, question, isOver);
            say(
                    switch (consent) {
                                case YES -> "yes";
                                case ALWAYS -> "always";
                                case NO, NOBODY -> "no";
                            }
                            + System.lineSeparator());
            return consent;
        } finally {
            open.settled();
        }
    }

    /* What is more than this once takes a second key. */
    private Consent answer(Keys open, Question question, BooleanSupplier isOver) {
        say("Allow it? y: yes, n: no, a: " + question.always() + " in this session > ");
        boolean always = false;
        while (true) {
            int key = open.next(isOver);
            switch (key) {
                case 'y', 'Y' -> {
                    return Consent.YES;
                }
                case 'n', 'N', Keys.NONE -> {
                    return Consent.NO;
                }
                default -> {
                    boolean isAlways = key == 'a' || key == 'A';
                    if (isAlways && always) {
                        return Consent.ALWAYS;
                    }
                    always = isAlways;
                    say(
                            System.lineSeparator()
                                    + (always
                                            ? "Press a once more for: "
                                                    + question.always()
                                                    + " in this session (y: only now, n: no) > "
                                            : "Press one key alone, y, n or a > "));
                }
            }
        }
    }

    /**
     * Whether the user answers with y; to be asked while keys are read.
     *
     * @param words that end with a question mark
     */
    public boolean confirm(String words, BooleanSupplier isOver) {
        Keys open = keys;
        if (open == null) {
            return false;
        }
        open.settle(isOver);
        say(words + " y: yes, n: no > ");
        try {
            int key = open.next(isOver);
            boolean yes = key == 'y' || key == 'Y';
            say((yes ? "yes" : "no") + System.lineSeparator());
            return yes;
        } finally {
            open.settled();
        }
    }

    private void say(String words) {
        PrintWriter out = writer();
        out.print(words);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
