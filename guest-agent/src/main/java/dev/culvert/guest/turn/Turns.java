package dev.culvert.guest.turn;

import dev.culvert.guest.policy.ToolAllowlist;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All turns by id, of whatever connection, and the bounds on what is kept of them. Confined to the
 * event loop.
 */
public final class Turns {
    private final EventLoop loop;
    private final ByteBufAllocator buffers;
    private final Payloads payloads;
    private final TurnLimits limits;

    /** Those that run, and those whose end has not been sent to their reader. */
    private final Map<String, Turn> open = new HashMap<>();

    private final EndedTurns ended;
    private @Nullable ScheduledFuture<?> expiry;

    /** Of open turns; what ended ones hold is theirs to say. */
    private long openBytes;

    /** Of requests that the runtime has not begun to answer. */
    private long requestBytes;

    private @Nullable Runnable whenNoneIsOpen;

    public Turns(EventLoop loop, ByteBufAllocator buffers, Payloads payloads, TurnLimits limits) {
        this.loop = loop;
        this.buffers = buffers;
        this.payloads = payloads;
        this.limits = limits;
        ended = new EndedTurns(buffers, limits.endedTurns());
    }

    /** A new one, which nobody reads yet. */
    public Turn begin(String id, long asked, ToolAllowlist tools) {
        TurnLog log = new TurnLog(buffers, limits.logBytes());
        Turn turn = new Turn(id, asked, tools, new Transcript(id, log, payloads, null), this);
        open.put(id, turn);
        return turn;
    }

    /** One that is open; null where there is none of this id. */
    public @Nullable Turn findOpen(String id) {
        return open.get(id);
    }

    /** One of which there is a log: to be settled by the caller, unless it is read from now on. */
    public @Nullable Turn find(String id) {
        Turn turn = open.get(id);
        if (turn != null) {
            return turn;
        }
        long place = ended.find(id);
        if (place < 0 || !ended.hasLog(place)) {
            return null;
        }
        Transcript said = new Transcript(id, ended.log(place), payloads, ended.end(place));
        return new Turn(id, ended.asked(place), ToolAllowlist.EVERYTHING, said, this);
    }

    /** Whether there was a turn of this id, be its log there or not. */
    public boolean hasEnded(String id) {
        return ended.find(id) >= 0;
    }

    /** Whether a request may be held, besides those that are; a single one always may. */
    public boolean hasRoomFor(int bytes) {
        return requestBytes == 0 || requestBytes + bytes <= limits.requestBytes();
    }

    public long requestBytes() {
        return requestBytes;
    }

    /** The requests of all turns take so many bytes more than before. */
    void countRequest(long delta) {
        requestBytes += delta;
    }

    /** How many are open. */
    public int count() {
        return open.size();
    }

    /** From now on {@code action} runs when none is open, at once if so it is. */
    public void whenNoneIsOpen(Runnable action) {
        whenNoneIsOpen = action;
        lookForOpenOnes();
    }

    /** Aborts what runs and drops all logs. */
    public void close() {
        List.copyOf(open.values()).forEach(Turn::drop);
        open.clear();
        ended.clear();
        if (expiry != null) {
            expiry.cancel(false);
        }
        lookForOpenOnes();
    }

    EventLoop loop() {
        return loop;
    }

    public TurnLimits limits() {
        return limits;
    }

    Payloads payloads() {
        return payloads;
    }

    ScheduledFuture<?> schedule(Runnable action, Duration in) {
        return loop.schedule(action, in.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** It is read. */
    void open(Turn turn) {
        open.put(turn.id(), turn);
    }

    /** It has ended, and nobody reads it: what it holds is dropped once its log is kept. */
    void keep(Turn turn) {
        open.remove(turn.id());
        turn.keepIn(ended, now());
        turn.drop();
        if (expiry == null) {
            expiry = schedule(this::dropExpired, limits.logTtl());
        }
        makeRoom();
        lookForOpenOnes();
    }

    private void dropExpired() {
        OptionalLong oldest = ended.dropUntil(now() - limits.logTtl().toNanos());
        expiry =
                oldest.isEmpty()
                        ? null
                        : schedule(
                                this::dropExpired,
                                limits.logTtl().minusNanos(now() - oldest.getAsLong()));
        letGo();
    }

    private long now() {
        return loop.ticker().nanoTime();
    }

    /** Whether no more can be kept, so that what nobody reads has to wait. */
    boolean isFull() {
        return heldBytes() >= limits.logsBytes();
    }

    private long heldBytes() {
        return openBytes + ended.heldBytes();
    }

    /** An open turn holds so many bytes more than before. */
    void account(long delta) {
        boolean wasFull = isFull();
        openBytes += delta;
        if (delta > 0) {
            makeRoom();
        }
        if (wasFull) {
            letGo();
        }
    }

    /* What nobody was ever sent is the last to go, and only where turns end faster than they can be held back. */
    private void makeRoom() {
        while (heldBytes() > limits.logsBytes()) {
            if (!ended.dropOldest(true) && !dropFromLargest()) {
                break;
            }
        }
        while (heldBytes() > limits.mostLogsBytes() && ended.dropOldest(false)) {}
    }

    /* Not from one without a reader: what it was sent last is what the next one will ask for. */
    private boolean dropFromLargest() {
        Turn largest = null;
        for (Turn turn : open.values()) {
            if (turn.reader() != null
                    && turn.canDrop()
                    && (largest == null || turn.said().heldBytes() > largest.said().heldBytes())) {
                largest = turn;
            }
        }
        if (largest != null) {
            largest.dropOldest();
        }
        return largest != null;
    }

    /** What had to wait for room may go on where there is some again. */
    private void letGo() {
        if (!isFull()) {
            for (Turn turn : open.values()) {
                turn.pace();
            }
        }
    }

    private void lookForOpenOnes() {
        if (whenNoneIsOpen != null && open.isEmpty()) {
            Runnable action = whenNoneIsOpen;
            whenNoneIsOpen = null;
            action.run();
        }
    }
}
