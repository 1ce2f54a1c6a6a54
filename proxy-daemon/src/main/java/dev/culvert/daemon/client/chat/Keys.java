package dev.culvert.daemon.client.chat;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.utils.NonBlockingReader;

/**
 * Reads keys while an answer comes: Esc and Ctrl-C stop it, and other keys answer a question, if
 * there is one. A thread of its own reads; all methods are for one other thread.
 *
 * <p>Only a key that is pressed alone answers: nothing was typed for a while before the question,
 * and nothing follows the key at once. What was typed ahead or is pasted comes in a row.
 */
final class Keys implements AutoCloseable {
    /** Of {@link #next}: the question was stopped, or the terminal is gone. */
    static final int NONE = -1;

    /** Of {@link #next}: something was pressed that is not one key alone, such as a paste. */
    static final int SEVERAL = -2;

    private static final int ESCAPE = 27;
    private static final int CTRL_C = 3;
    private static final int BACKSPACE = 8;
    private static final int DELETE = 127;
    private static final int LOOK_MILLIS = 50;

    /** In which the rest of a key's escape sequence comes, also over a slow line. */
    private static final int SEQUENCE_MILLIS = 100;

    /** How long nothing is typed before a key can answer. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    /** How long nothing follows a key that is pressed alone. */
    private static final long ALONE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** A paste whose end is lost does not go on for ever. */
    private static final long LOST_END_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final String PASTE = "[200~";
    private static final String END_OF_PASTE = "[201~";
    private static final String PASTES_ARE_MARKED = "\u001B[?2004h";
    private static final String PASTES_ARE_NOT_MARKED = "\u001B[?2004l";

    private final Terminal terminal;
    private final Runnable onStop;
    private final Attributes before;
    private final SignalHandler handlerBefore;
    private final Queue<Integer> typed = new ConcurrentLinkedQueue<>();
    private final StringBuilder ahead = new StringBuilder();
    private final Thread thread;
    private final boolean marksPastes;

    /** Of the thread that reads. */
    private boolean pasting;

    private volatile boolean asking;
    private volatile boolean gone;
    private volatile boolean closed;

    /** When something was read last, and when there was nothing to read last. */
    private volatile long keyNanos = System.nanoTime();

    private volatile long nothingNanos = keyNanos;

    /**
     * @param onStop runs on a thread that may wait
     */
    Keys(Terminal terminal, Runnable onStop) {
        this.terminal = terminal;
        this.onStop = onStop;
        before = terminal.enterRawMode();
        handlerBefore = terminal.handle(Signal.INT, _ -> stop());
        marksPastes = !terminal.getType().startsWith(Terminal.TYPE_DUMB);
        mark(PASTES_ARE_MARKED);
        NonBlockingReader reader = terminal.reader();
        thread = Thread.ofPlatform().daemon().name("keys").start(() -> read(reader));
    }

    private void mark(String sequence) {
        if (marksPastes) {
            terminal.writer().print(sequence);
            terminal.writer().flush();
        }
    }

    private void read(NonBlockingReader reader) {
        try {
            while (!closed) {
                int key = reader.read(LOOK_MILLIS);
                if (key == NonBlockingReader.EOF) {
                    return;
                }
                if (key == NonBlockingReader.READ_EXPIRED) {
                    nothingNanos = System.nanoTime();
                    pasting = pasting && !isQuiet(keyNanos, LOST_END_NANOS);
                } else {
                    take(key, reader);
                    keyNanos = System.nanoTime();
                }
            }
        } catch (IOException _) {
            // the terminal is gone
        } finally {
            gone = true;
        }
    }

    private void take(int key, NonBlockingReader reader) throws IOException {
        String sequence = key == ESCAPE ? sequence(reader) : "";
        if (pasting) {
            pasting = !sequence.equals(END_OF_PASTE);
            paste(key);
        } else if (key == CTRL_C || (key == ESCAPE && sequence.isEmpty())) {
            stop();
        } else if (key == ESCAPE) {
            pasting = sequence.equals(PASTE);
            if (asking) {
                typed.add(SEVERAL);
            }
        } else if (asking) {
            typed.add(key);
        } else {
            keep((char) key);
        }
    }

    /* A paste belongs to a prompt; it neither answers nor stops anything. */
    private void paste(int key) {
        if (asking) {
            typed.add(SEVERAL);
        } else if (key != ESCAPE) {
            keep((char) key);
        }
    }

    /* An arrow key sends Esc, too, and more after it. Empty if Esc was pressed alone. */
    private static String sequence(NonBlockingReader reader) throws IOException {
        int next = reader.peek(SEQUENCE_MILLIS);
        if (next < 0 || next == ESCAPE) {
            return "";
        }
        StringBuilder sequence = new StringBuilder().append((char) reader.read());
        if (next == '[' || next == 'O') {
            int part;
            do {
                part = reader.read(SEQUENCE_MILLIS);
                sequence.append((char) part);
            } while (part >= 0 && part < '@');
        }
        return sequence.toString();
    }

    private synchronized void keep(char key) {
        if (key == BACKSPACE || key == DELETE) {
            ahead.setLength(Math.max(0, ahead.length() - 1));
        } else if (key == '\r' || key == '\n') {
            ahead.append('\n');
        } else if (!Character.isISOControl(key)) {
            ahead.append(key);
        }
    }

    /** What was typed while nothing was asked: it belongs to the next prompt. */
    synchronized String ahead() {
        return ahead.toString();
    }

    private void stop() {
        typed.add(NONE);
        onStop.run();
    }

    /**
     * Waits until nothing is typed any more, also nothing that the terminal still holds. What came
     * until then does not answer the question that follows.
     *
     * @param isOver whether no key is needed any more
     */
    void settle(BooleanSupplier isOver) {
        long begun = System.nanoTime();
        while (!isOver.getAsBoolean() && !gone && !isQuiet(begun, QUIET_NANOS) && pause()) {
            // the thread reads
        }
        typed.clear();
        asking = true;
    }

    /* Of the thread that reads: it found nothing for so long. */
    private boolean isQuiet(long since, long nanos) {
        long key = keyNanos;
        return nothingNanos - (key - since > 0 ? key : since) >= nanos;
    }

    private static boolean pause() {
        try {
            Thread.sleep(LOOK_MILLIS / 2);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** No question waits any more: what is typed belongs to the next prompt. */
    void settled() {
        asking = false;
    }

    /**
     * Waits for the next key, between {@link #settle} and {@link #settled}; {@link #NONE} if there
     * is none any more.
     *
     * @param isOver whether no key is needed any more
     */
    int next(BooleanSupplier isOver) {
        int pressed = NONE;
        int count = 0;
        long last = 0;
        while (!isOver.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            Integer key = typed.poll();
            if (key == null && gone) {
                return NONE;
            }
            if (key != null) {
                if (key == NONE) {
                    return NONE;
                }
                pressed = key;
                count++;
                last = System.nanoTime();
            } else if (count > 0 && isQuiet(last, ALONE_NANOS)) {
                return count == 1 ? pressed : SEVERAL;
            } else {
                pause();
            }
        }
        return NONE;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        mark(PASTES_ARE_NOT_MARKED);
        terminal.handle(Signal.INT, handlerBefore);
        terminal.setAttributes(before);
    }
}
