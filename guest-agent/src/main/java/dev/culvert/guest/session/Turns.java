package dev.culvert.guest.session;

import dev.culvert.guest.policy.ToolAllowlist;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All turns by id, of whatever connection, and the bounds on what is kept of them. Confined to the
 * event loop.
 */
final class Turns {
    /** However small their logs are: each takes some memory of its own. */
    private static final int MOST_KEPT = 1_024;

    private final EventLoop loop;
    private final ByteBufAllocator buffers;
    private final Payloads payloads;
    private final TurnLimits limits;

    /** Those that run, and those whose end has not been sent to their reader. */
    private final Map<String, Turn> open = new HashMap<>();

    /** Those that have ended and that nobody reads, in that order. */
    private final Map<String, Turn> kept = new LinkedHashMap<>();

    private final ForgottenIds forgotten = new ForgottenIds();
    private long heldBytes;
    private @Nullable Runnable whenNoneIsOpen;

    Turns(EventLoop loop, ByteBufAllocator buffers, Payloads payloads, TurnLimits limits) {
        this.loop = loop;
        this.buffers = buffers;
        this.payloads = payloads;
        this.limits = limits;
    }

    /** A new one, which nobody reads yet. */
    Turn begin(String id, long asked, ToolAllowlist tools) {
        Turn turn = new Turn(id, asked, tools, this);
        open.put(id, turn);
        return turn;
    }

    @Nullable Turn find(String id) {
        Turn turn = open.get(id);
        return turn == null ? kept.get(id) : turn;
    }

    /** Whether there was such a turn, whose log is gone. */
    boolean hasForgotten(String id) {
        return forgotten.contains(id);
    }

    /** How many are open. */
    int count() {
        return open.size();
    }

    /** From now on {@code action} runs when none is open, at once if so it is. */
    void whenNoneIsOpen(Runnable action) {
        whenNoneIsOpen = action;
        lookForOpenOnes();
    }

    /** Aborts what runs and drops all logs. */
    void close() {
        for (Map<String, Turn> turns : List.of(open, kept)) {
            List.copyOf(turns.values()).forEach(Turn::drop);
            turns.clear();
        }
        lookForOpenOnes();
    }

    EventLoop loop() {
        return loop;
    }

    TurnLimits limits() {
        return limits;
    }

    Payloads payloads() {
        return payloads;
    }

    TurnLog newLog() {
        return new TurnLog(buffers, limits.logBytes());
    }

    ScheduledFuture<?> after(Duration time, Runnable action) {
        return loop.schedule(action, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** It runs, or is read. */
    void open(Turn turn) {
        kept.remove(turn.id());
        open.put(turn.id(), turn);
    }

    /** It has ended, and nobody reads it. */
    void keep(Turn turn) {
        open.remove(turn.id());
        kept.put(turn.id(), turn);
        if (kept.size() > MOST_KEPT && !forgetOne(true)) {
            forgetOne(false);
        }
        lookForOpenOnes();
    }

    /** Drops the log of one that is kept, and remembers its id. */
    void forget(Turn turn) {
        kept.remove(turn.id());
        forgotten.add(turn.id());
        turn.drop();
    }

    /** Whether no more can be kept, so that what nobody reads has to wait. */
    boolean isFull() {
        return heldBytes >= limits.logsBytes();
    }

    /** A turn holds so many bytes more than before. */
    void account(long delta) {
        boolean wasFull = isFull();
        heldBytes += delta;
        if (delta > 0) {
            makeRoom();
        } else if (wasFull && !isFull()) {
            open.values().forEach(Turn::pace);
        }
    }

    /* What nobody was ever sent is the last to go, and only where turns end faster than they can be held back. */
    private void makeRoom() {
        while (heldBytes > limits.logsBytes()) {
            if (!forgetOne(true) && !dropFromLargest()) {
                break;
            }
        }
        while (heldBytes > limits.mostLogsBytes() && forgetOne(false)) {}
    }

    /** The one that ended first, of all or of those that were sent whole. */
    private boolean forgetOne(boolean sentWhole) {
        for (Turn turn : kept.values()) {
            if (!sentWhole || turn.wasSentWhole()) {
                forget(turn);
                return true;
            }
        }
        return false;
    }

    private boolean dropFromLargest() {
        Turn largest = null;
        for (Turn turn : open.values()) {
            if (turn.canDrop() && (largest == null || turn.heldBytes() > largest.heldBytes())) {
                largest = turn;
            }
        }
        if (largest != null) {
            largest.dropOldest();
        }
        return largest != null;
    }

    private void lookForOpenOnes() {
        if (whenNoneIsOpen != null && open.isEmpty()) {
            Runnable action = whenNoneIsOpen;
            whenNoneIsOpen = null;
            action.run();
        }
    }
}
