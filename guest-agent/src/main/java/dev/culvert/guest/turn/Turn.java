package dev.culvert.guest.turn;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.policy.ToolRules;
import dev.culvert.guest.runtime.Generation;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.RuntimeFailure;
import dev.culvert.guest.runtime.ToolEvent;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message and its answer. At most one link reads it; for a while none has to. If too much waits
 * for the reader, the turn stops reading from the runtime.
 */
/* One class of a little over 300 lines, because what it does next depends on its reader, its runtime and its end. */
public final class Turn implements GenerationListener {
    private static final Logger LOG = LoggerFactory.getLogger(Turn.class);

    private final String id;
    private final long asked;
    private final Turns turns;
    private final ToolRules tools;
    private final Transcript said;

    /** Whether hosts know the frames of tools, as far as was known when the turn began. */
    private final boolean hostTakesTools;

    private @Nullable Generation generation;
    private boolean paused;
    private @Nullable Delivery delivery;

    /** The number of the last frame that was sent to any link, or that a host said it has. */
    private long everSent;

    /** Runs while nobody reads the turn; at its end the turn is given up. */
    private @Nullable ScheduledFuture<?> orphanTimer;

    /** What {@link Turns} has been told that this turn holds. */
    private long accountedBytes;

    /** The size of the request, until the runtime begins to answer. */
    private long requestBytes;

    /**
     * @param asked the fingerprint of the payload that the turn answers
     * @param said belongs to the turn from now on
     */
    Turn(String id, long asked, ToolRules tools, Transcript said, Turns turns) {
        this.id = id;
        this.asked = asked;
        this.tools = tools;
        this.said = said;
        this.turns = turns;
        hostTakesTools = turns.hostTakesTools();
    }

    public String id() {
        return id;
    }

    /** Whether this turn answers the payload with this fingerprint. */
    public boolean answers(long fingerprint) {
        return asked == fingerprint;
    }

    Transcript said() {
        return said;
    }

    /** The delivery to the link that reads the turn; null while none does. */
    public @Nullable Delivery delivery() {
        return delivery;
    }

    /**
     * Asks the runtime. Takes ownership of {@code body}.
     *
     * @param headers sent to the runtime besides the agent's own
     * @param kind the API that the runtime speaks
     */
    public void start(ByteBuf body, Map<String, String> headers, RuntimeKind kind) {
        start(turns.runtime(), body, headers, kind);
    }

    /**
     * The same with another runtime than that of all turns, such as one that has the agent's tools.
     */
    public void start(
            LlmRuntime runtime, ByteBuf body, Map<String, String> headers, RuntimeKind kind) {
        countRequest(body.readableBytes());
        GenerationRequest request = new GenerationRequest(body, headers, kind);
        generation = runtime.start(turns.loop(), request, this);
    }

    private void countRequest(long bytes) {
        turns.countRequest(bytes - requestBytes);
        requestBytes = bytes;
    }

    @Override
    public void onAnswer() {
        countRequest(0);
    }

    @Override
    public void onText(String delta) {
        said.addText(delta);
        offer();
    }

    @Override
    public void onReasoning(String delta) {
        said.addReasoning(delta);
        offer();
    }

    @Override
    public void onToolCall(String name) {
        String refusal = tools.refusal(name);
        if (refusal != null) {
            stopGeneration();
            finish(FrameType.TOOL_BLOCKED, turns.payloads().toolBlocked(name, refusal));
        }
    }

    @Override
    public void onToolCallFragment(String rawJson) {
        said.addToolCalls(rawJson);
        offer();
    }

    @Override
    public void onAnthropic(String rawJson) {
        said.addAnthropic(rawJson);
        offer();
    }

    @Override
    public void onTool(ToolEvent event) {
        Payloads payloads = turns.payloads();
        switch (event) {
            case ToolEvent.Waiting _ -> said.addTool(FrameType.CHUNK, payloads.text(""));
            case ToolEvent.Began began -> tell(FrameType.TOOL_CALL, payloads.toolCall(began));
            case ToolEvent.Said output -> tell(FrameType.TOOL_OUTPUT, payloads.toolOutput(output));
            case ToolEvent.Ended ended -> tell(FrameType.TOOL_RESULT, payloads.toolResult(ended));
        }
        offer();
    }

    /* A host that does not know these frames would miss their numbers. */
    private void tell(FrameType type, ByteBuf payload) {
        if (hostTakesTools) {
            said.addTool(type, payload);
        } else {
            payload.release();
            said.addTool(FrameType.CHUNK, turns.payloads().text(""));
        }
    }

    @Override
    public void onEnd(GenerationEnd end) {
        finish(FrameType.CHUNK, turns.payloads().last(end));
    }

    @Override
    public void onFailure(RuntimeFailure failure) {
        finish(FrameType.ERROR, turns.payloads().error(failure));
    }

    /** Why the turn cannot be read after this frame (resuming.md); null if it can. */
    public @Nullable ErrorCode refusal(long after) {
        return said.refusal(after);
    }

    /** From now on this link reads the turn, and no other does. */
    Delivery deliverTo(Deliveries link, long after, long credit) {
        Delivery fresh = new Delivery(link, this, said.from(after), credit);
        if (delivery != null) {
            delivery.close();
        }
        delivery = fresh;
        everSent = Math.max(everSent, fresh.sent());
        settle();
        pace();
        return fresh;
    }

    /** The link of this delivery does not read the turn any more. */
    void leave(Delivery leaving) {
        leaving.close();
        if (leaving == delivery) {
            delivery = null;
            settle();
            pace();
        }
    }

    /** A frame was sent. */
    void onSent(Delivery by) {
        everSent = Math.max(everSent, by.sent());
        account();
        if (said.end() != null && by.sent() == said.log().last()) {
            by.link().forget(by);
            leave(by);
        } else {
            pace();
        }
    }

    /**
     * Ends the turn with this error; if the turn has ended already, ends only its delivery. Frames
     * that wait are not sent.
     */
    public void stop(ErrorCode code, String message) {
        Delivery last = delivery;
        boolean ended = said.end() != null;
        if (last != null && (ended || last.sent() < said.log().last())) {
            last.link().dismiss(last, code, message);
            leave(last);
        }
        if (!ended) {
            said.dropText();
            fail(code, message);
            if (delivery != null) {
                delivery.sendNext();
            }
        }
    }

    private void giveUp() {
        LOG.info("turn '{}' was given up: no host came back for it in time", Quoted.word(id));
        fail(
                ErrorCode.CANCELLED,
                "no host came back for the turn in time (--orphan-grace of the agent)");
    }

    private void fail(ErrorCode code, String message) {
        stopGeneration();
        finish(FrameType.ERROR, turns.payloads().error(code, message));
    }

    /** Takes ownership of {@code payload}. */
    private void finish(FrameType type, ByteBuf payload) {
        said.finish(type, payload);
        generation = null;
        countRequest(0);
        settle();
        offer();
    }

    private void offer() {
        account();
        if (delivery != null) {
            delivery.offer();
        }
        pace();
    }

    /** Stops reading from the runtime while too much waits; reads on when it does not. */
    void pace() {
        if (generation == null) {
            return;
        }
        boolean wait =
                turns.parking().isOn() || turns.mustWait(delivery != null, said.bytesAfter(sent()));
        if (wait != paused) {
            paused = wait;
            if (wait) {
                generation.pause();
            } else {
                generation.resume();
            }
        }
    }

    /** Whether there are frames that may be dropped; the last frame of an ended turn may not. */
    boolean canDrop() {
        return said.canDrop(sent());
    }

    /** Drops a segment of frames that were sent. */
    void dropOldest() {
        said.log().dropOldest();
        account();
    }

    private long sent() {
        return delivery == null ? everSent : delivery.sent();
    }

    private void account() {
        while (said.heldBytes() > turns.limits().logBytes() && canDrop()) {
            said.log().dropOldest();
        }
        long delta = said.heldBytes() - accountedBytes;
        accountedBytes += delta;
        turns.account(delta);
    }

    /**
     * Puts the turn where it belongs: among the open ones while a link reads it, among the ended
     * ones after its end; while nobody reads it and it runs, the orphan timer runs.
     */
    public void settle() {
        if (delivery != null) {
            cancelTimer();
            turns.open(this);
        } else if (said.end() != null) {
            turns.keep(this);
        } else if (turns.parking().isOn()) {
            cancelTimer();
        } else if (orphanTimer == null) {
            orphanTimer = turns.schedule(this::giveUp, turns.limits().orphanGrace());
        }
    }

    /** The turns are parked now, or go on. */
    void parkingChanged() {
        settle();
        pace();
    }

    boolean isRunning() {
        return said.end() == null;
    }

    /** Hands the log of this ended turn over. */
    void keepIn(EndedTurns ended, long now) {
        ended.keep(id, asked, said, everSent == said.log().last(), now);
    }

    /** Stops the turn and releases everything that it holds. */
    void drop() {
        stopGeneration();
        cancelTimer();
        said.clear();
        account();
    }

    private void cancelTimer() {
        if (orphanTimer != null) {
            orphanTimer.cancel(false);
            orphanTimer = null;
        }
    }

    private void stopGeneration() {
        if (generation != null) {
            generation.abort();
            generation = null;
            countRequest(0);
        }
    }
}
