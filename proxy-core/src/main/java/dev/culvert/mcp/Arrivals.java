package dev.culvert.mcp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What has come from a server and waits to be looked at. Filled on one thread, read on another. */
final class Arrivals {
    /** Something that came. */
    sealed interface Arrival {}

    /** A text with messages, which is read by who waits for it. */
    static final class Bytes implements Arrival {
        private final byte[] json;

        private Bytes(byte[] json) {
            this.json = json;
        }
    }

    record Message(Incoming message) implements Arrival {}

    /**
     * Nothing more will come.
     *
     * @param why completes the sentence "it …"
     * @param gone whether the server cannot be reached any more
     */
    record End(String why, boolean gone) implements Arrival {}

    private static final int MOST_WAITING = 1_000;

    /** What holding a text takes besides its bytes. */
    private static final int OVERHEAD_BYTES = 64;

    private final int mostBytes;
    private final AtomicInteger bytes = new AtomicInteger();
    private final LinkedBlockingQueue<Arrival> queue = new LinkedBlockingQueue<>();
    private final Deque<Incoming> read = new ArrayDeque<>();

    Arrivals(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** False if more waits than may. */
    boolean offer(byte[] json) {
        if (bytes.addAndGet(json.length + OVERHEAD_BYTES) > mostBytes) {
            return false;
        }
        queue.add(new Bytes(json));
        return true;
    }

    /**
     * What nobody needs is dropped while much waits: how far a call is, or another answer to it.
     */
    void offer(Incoming message) {
        boolean ends = message instanceof Incoming.Answer || message instanceof Incoming.Refusal;
        if (queue.size() < (ends ? MOST_WAITING + 1 : MOST_WAITING)) {
            queue.add(new Message(message));
        }
    }

    void end(String why, boolean gone) {
        queue.add(new End(why, gone));
    }

    /**
     * The next message; null if there is none in time.
     *
     * @throws McpException if nothing more will come
     */
    @Nullable Incoming next(long millis) throws McpException {
        if (!read.isEmpty()) {
            return read.poll();
        }
        Arrival arrival;
        try {
            arrival = queue.poll(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new McpException.Unanswered("was not waited for, because the agent stops", false);
        }
        return switch (arrival) {
            case null -> null;
            case Message(Incoming message) -> message;
            case End(String why, boolean gone) -> {
                queue.add(arrival); // whoever asks again is told again
                throw new McpException.Unanswered(why, gone);
            }
            case Bytes text -> {
                bytes.addAndGet(-text.json.length - OVERHEAD_BYTES);
                yield first(text.json);
            }
        };
    }

    private @Nullable Incoming first(byte[] json) throws McpException {
        try {
            List<Incoming> messages = Incoming.read(json);
            read.addAll(messages);
            return read.poll();
        } catch (BadMessageException e) {
            throw new McpException.Unanswered(
                    "sent a message that cannot be used: " + e.why(), false);
        }
    }
}
