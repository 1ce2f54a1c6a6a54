package dev.culvert.guest.turn;

import dev.culvert.guest.config.TurnLimits;
import dev.culvert.guest.policy.BlockedCalls;
import dev.culvert.guest.policy.ToolGate;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.ToolEvent;
import io.netty.buffer.ByteBuf;
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
public final class Turns {
    private final EventLoop loop;
    private final LlmRuntime runtime;
    private final TurnLimits limits;
    private final BlockedCalls blocked;
    private final ByteBufAllocator buffers = ByteBufAllocator.DEFAULT;
    private final Payloads payloads = new Payloads(buffers);

    /** Those that run, and those whose last frame was not sent to the link that reads them. */
    private final Map<String, Turn> open = new HashMap<>();

    private final EndedTurns ended;
    private @Nullable ScheduledFuture<?> expiry;

    private final HeldRequests requests;
    private final HeldLogs logs;
    private final Parking parking = new Parking(this);
    private boolean draining;

    /** Whether a host said that it takes the frames of tools (tools.md). */
    private boolean hostTakesTools;

    private @Nullable Runnable whenNoneIsOpen;

    /**
     * @param loop of all links and of the runtime
     * @param blocked where calls are written down that end their turns
     */
    public Turns(EventLoop loop, LlmRuntime runtime, TurnLimits limits, BlockedCalls blocked) {
        this.loop = loop;
        this.blocked = blocked;
        this.runtime = runtime;
        this.limits = limits;
        ended = new EndedTurns(buffers, limits.endedTurns());
        requests = new HeldRequests(limits);
        logs = new HeldLogs(limits, ended, open.values());
    }

    /**
     * A new turn that nobody reads yet; {@link Turn#start} follows.
     *
     * @param asked the fingerprint of the payload that it answers
     * @param tools which it may use
     */
    public Turn begin(String id, long asked, ToolGate tools) {
        TurnLog log = new TurnLog(buffers, limits.logBytes());
        Transcript said = new Transcript(id, log, payloads, null);
        Turn turn = new Turn(id, asked, tools, said, this);
        open.put(id, turn);
        return turn;
    }

    /**
     * A turn that waited for an approval when an earlier process of the agent ended; {@link
     * Turn#start} follows.
     *
     * @param state as {@link ToolEvent.Asked} gave it
     * @param patience for how long a call may wait
     */
    public Turn goOn(String id, ByteBuf state, ToolGate tools, Duration patience) {
        KeptTurn kept = KeptTurn.read(state);
        TurnLog log = TurnLog.written(buffers, kept.log().slice(), 0);
        Transcript said = new Transcript(id, log, payloads, null);
        Turn turn = new Turn(id, kept.asked(), tools, said, this);
        turn.goOn(kept, patience);
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
        return new Turn(id, ended.asked(place), ToolGate.OPEN, said, this);
    }

    /** Whether a turn with this id has ended, with or without a log. */
    public boolean hasEnded(String id) {
        return ended.find(id) >= 0;
    }

    /** What is held of requests. */
    public HeldRequests requests() {
        return requests;
    }

    /** What is held of logs. */
    HeldLogs logs() {
        return logs;
    }

    /** How many are open. */
    public int count() {
        return open.size();
    }

    /** Whether as many are open as may be. */
    public boolean isAtLimit() {
        return open.size() + requests.arriving() >= limits.maxTurns();
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
    public int running() {
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

    BlockedCalls blocked() {
        return blocked;
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
        logs.makeRoom();
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
        logs.letGo();
    }

    private long now() {
        return loop.ticker().nanoTime();
    }

    /* Those that wait for an approval go on after a restart. */
    void lookForOpenOnes() {
        if (whenNoneIsOpen != null && open.values().stream().allMatch(Turn::waits)) {
            Runnable action = whenNoneIsOpen;
            whenNoneIsOpen = null;
            action.run();
        }
    }
}
