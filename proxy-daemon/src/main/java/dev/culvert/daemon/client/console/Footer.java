package dev.culvert.daemon.client.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a command prints at a terminal, with a line below it that says what runs. Safe for all
 * threads.
 *
 * <p>The line is on the screen only while the output is at the beginning of a line: it is taken
 * away before anything is printed, and drawn again after. A command that moves the cursor has the
 * screen for itself.
 */
final class Footer extends Writer {
    /** What is over sooner needs no line. */
    private static final Duration DELAY = Duration.ofMillis(300);

    private static final Duration BEAT = Duration.ofMillis(500);
    private static final String ERASE = "\r\u001B[J";
    private static final Pattern MOVES = Pattern.compile("\u001B(\\[[0-9;?]*[A-HJKSTfhl]|[78])");

    private final PrintWriter terminal;
    private final Function<Duration, String> text;
    private final boolean isUsed;

    // Guarded by lock:
    private @Nullable Thread ticker;
    private long begunNanos;
    private boolean atStart = true;
    private boolean yields;
    private boolean drawn;

    /**
     * @param terminal lent; nothing else prints there while something runs
     * @param text of the line, which fits into the window, for something that runs so long
     * @param isUsed whether the terminal can take a line away
     */
    Footer(PrintWriter terminal, Function<Duration, String> text, boolean isUsed) {
        this.terminal = terminal;
        this.text = text;
        this.isUsed = isUsed;
    }

    /** Something runs, until {@link #end}. */
    void begin() {
        synchronized (lock) {
            begunNanos = System.nanoTime();
            atStart = true;
            yields = false;
            if (isUsed) {
                ticker = Thread.ofVirtual().name("footer").start(this::tick);
            }
        }
    }

    void end() {
        synchronized (lock) {
            Thread running = ticker;
            ticker = null;
            if (running != null) {
                running.interrupt();
            }
            erase();
            terminal.flush();
        }
    }

    private void tick() {
        try {
            Thread.sleep(DELAY);
            while (true) {
                synchronized (lock) {
                    if (!Thread.currentThread().equals(ticker)) {
                        return;
                    }
                    draw();
                    terminal.flush();
                }
                Thread.sleep(BEAT);
            }
        } catch (InterruptedException _) {
            // it is over
        }
    }

    @Override
    public void write(char[] chars, int from, int length) {
        synchronized (lock) {
            if (length == 0) {
                return;
            }
            erase();
            terminal.write(chars, from, length);
            char last = chars[from + length - 1];
            atStart = last == '\n' || last == '\r';
            yields = yields || MOVES.matcher(new String(chars, from, length)).find();
        }
    }

    @Override
    public void flush() {
        synchronized (lock) {
            draw();
            terminal.flush();
        }
    }

    /** To be called with the lock. */
    private void draw() {
        Duration running = Duration.ofNanos(System.nanoTime() - begunNanos);
        if (ticker != null && atStart && !yields && running.compareTo(DELAY) >= 0) {
            terminal.write((drawn ? ERASE : "") + text.apply(running) + "\r");
            drawn = true;
        }
    }

    /** To be called with the lock. */
    private void erase() {
        if (drawn) {
            terminal.write(ERASE);
            drawn = false;
        }
    }

    @Override
    public void close() throws IOException {
        end();
    }
}
