package dev.culvert.guest.turn;

import dev.culvert.guest.config.TurnLimits;
import dev.culvert.guest.policy.ToolRules;
import dev.culvert.guest.runtime.LlmRuntime;
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
 * The turns of all links by id, and the limits on what is kept of them. Confined to the event loop.
 */
/* One class of some 300 lines, because each limit counts what all the others have let in. */
public final class Turns {
    /** The most that waits for a link that takes nothing. */
    private static final int MAX_WAITING_BYTES = 32 << 10;

    private final EventLoop loop;
    private final LlmRuntime runtime;
    private final TurnLimits limits;
    private final ByteBufAllocator buffers = ByteBufAllocator.DEFAULT;
    private final Payloads payloads = new Payloads(buffers);

    /** Those that run, and those whose last frame was not sent to the link that reads them. */
    private final Map<String, Turn> open = new HashMap<>();

    private final EndedTurns ended;
    private @Nullable ScheduledFuture<?> expiry;

    /** What the open turns hold; {@link EndedTurns} counts for itself. */
    private long openBytes;

    /** The size of the requests that the runtime has not begun to answer. */
    private long requestBytes;

    /** How many messages arrive in parts. */
    private int arriving;

    private final Parking parking = new Parking(this);
    private boolean draining;

    /** Whether a host said that it takes the frames of tools (tools.md). */
    private boolean hostTakesTools;

    private @Nullable Runnable whenNoneIsOpen;

    /**
     * @param loop of all links and of the runtime
     */
    public Turns(EventLoop loop, LlmRuntime runtime, TurnLimits limits) {
        this.loop = loop;
        this.runtime = runtime;
        this.limits = limits;
        ended = new EndedTurns(buffers, limits.endedTurns());
    }

    /**
     * A new turn that nobody reads yet; {@link Turn#start} follows.
     *
     * @param asked the fingerprint of the payload that it answers
     * @param tools which it may use
     */
    public Turn begin(String id, long asked, ToolRules tools) {
        TurnLog log = new TurnLog(buffers, limits.logBytes());
        Transcript said = new Transcript(id, log, payloads, null);
        Turn turn = new Turn(id, asked, tools, said, this);
        open.put(id, turn);
        return turn;
    }

    /** The open turn with this id; null if there is none. */
    public @Nullable Turn findOpen(String id) {
        return open.get(id);
    }

    /**
     * The turn with this id if it has a log. The caller settles it, unless it is read from now on.
     */
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
        return new Turn(id, ended.asked(place), ToolRules.NONE, said, this);
    }

    /** Whether a turn with this id has ended, with or without a log. */
    public boolean hasEnded(String id) {
        return ended.find(id) >= 0;
    }

    /** Whether a request of this size may be held besides those that are. */
    public boolean hasRoomFor(int bytes) {
        return requestBytes + bytes <= limits.requestBytes();
    }

    public long requestBytes() {
        return requestBytes;
    }

    /** Counts so many more bytes of requests. */
    void countRequest(long delta) {
        requestBytes += delta;
    }

    /** A message of that size arrives in parts; it counts as a turn and as a request. */
    public void beginArrival(int bytes) {
        arriving++;
        requestBytes += bytes;
    }

    /** It has arrived, or will not. */
    public void endArrival(int bytes) {
        arriving--;
        requestBytes -= bytes;
    }

    /** The largest message that may arrive in parts. */
    public int mostMessageBytes() {
        return Math.min(limits.messageBytes(), limits.requestBytes());
    }

    /** The flag that sets {@link #mostMessageBytes}. */
    public String mostMessageFlag() {
        return limits.messageBytes() <= limits.requestBytes()
                ? "--max-message-bytes"
                : "--max-requests-bytes";
    }

    /** How many are open. */
    public int count() {
        return open.size();
    }

    /** Whether as many are open as may be. */
    public boolean isAtLimit() {
        return open.size() + arriving >= limits.maxTurns();
    }

    /** How long a turn goes on that nobody reads. */
    public Duration orphanGrace() {
        return limits.orphanGrace();
    }

    /** Whether no new turns may begin because the guest stops. */
    public boolean isDraining() {
        return draining;
    }

    /** Whether and until when the turns are parked. */
    public Parking parking() {
        return parking;
    }

    /** The turns are parked now, or go on. The time for which logs are kept begins anew. */
    void parkingChanged() {
        if (expiry != null) {
            expiry.cancel(false);
            expiry = null;
        }
        List.copyOf(open.values()).forEach(Turn::parkingChanged);
        expectExpiry();
    }

    /** How many have not ended. */
    int running() {
        return (int) open.values().stream().filter(Turn::isRunning).count();
    }

    /** No turn begins from now on; {@code action} runs once when none is open. */
    public void drain(Runnable action) {
        draining = true;
        parking.end(Parking.End.STOPPING, "the agent is shutting down");
        whenNoneIsOpen = action;
        lookForOpenOnes();
    }

    /** Stops all turns and drops all logs. Call it after the last session. */
    public void close() {
        List.copyOf(open.values()).forEach(Turn::drop);
        open.clear();
        ended.clear();
        if (expiry != null) {
            expiry.cancel(false);
        }
        lookForOpenOnes();
    }

    /** A host takes the frames of tools; turns that begin from now on send them. */
    public void onToolsTaken() {
        hostTakesTools = true;
    }

    boolean hostTakesTools() {
        return hostTakesTools;
    }

    public LlmRuntime runtime() {
        return runtime;
    }

    EventLoop loop() {
        return loop;
    }

    TurnLimits limits() {
        return limits;
    }

    public Payloads payloads() {
        return payloads;
    }

    ScheduledFuture<?> schedule(Runnable action, Duration in) {
        return loop.schedule(action, in.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** A link reads the turn. */
    void open(Turn turn) {
        open.put(turn.id(), turn);
    }

    /** The turn has ended and nobody reads it: keeps its log, and drops the turn. */
    void keep(Turn turn) {
        open.remove(turn.id());
        turn.keepIn(ended, now());
        turn.drop();
        expectExpiry();
        makeRoom();
        lookForOpenOnes();
    }

    /* A host cannot come back for a log while the virtual machine is paused. */
    private void expectExpiry() {
        if (expiry == null && !parking.isOn()) {
            expiry = schedule(this::dropExpired, limits.logTtl());
        }
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

    /**
     * Whether a turn must stop reading from its runtime.
     *
     * @param isRead whether a link reads the turn
     * @param waitingBytes of the turn: what was not sent yet
     */
    boolean mustWait(boolean isRead, long waitingBytes) {
        int unreadBytes = limits.logBytes() / 2;
        return isRead
                ? waitingBytes >= Math.min(MAX_WAITING_BYTES, unreadBytes)
                : waitingBytes >= unreadBytes || isFull();
    }

    private boolean isFull() {
        return heldBytes() >= limits.logsBytes();
    }

    private long heldBytes() {
        return openBytes + ended.heldBytes();
    }

    /** Counts so many more bytes that open turns hold. */
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

    /* What was never sent goes last, and only if turns end faster than pausing their runtimes can help. */
    private void makeRoom() {
        while (heldBytes() > limits.logsBytes()) {
            if (!ended.dropOldest(true) && !dropFromLargest()) {
                break;
            }
        }
        long mostBytes = limits.logsBytes() + limits.logsBytes() / 8L;
        while (heldBytes() > mostBytes && ended.dropOldest(false)) {}
    }

    /* Never from a turn that nobody reads: the next reader will ask for what was sent last. */
    private boolean dropFromLargest() {
        Turn largest = null;
        for (Turn turn : open.values()) {
            if (turn.delivery() != null
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

    /** If there is room again, turns that waited for it go on. */
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
