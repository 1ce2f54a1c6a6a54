package dev.culvert.guest.turn;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.policy.ToolGate;
import dev.culvert.guest.runtime.Generation;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.ToolEvent;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message and its answer. At most one link reads it; for a while none has to. If too much waits
 * for the reader, the turn stops reading from the runtime.
 */
public final class Turn {
    private static final Logger LOG = LoggerFactory.getLogger(Turn.class);

    private final String id;
    private final long asked;
    private final Turns turns;
    private final Transcript said;

    private final Heard heard;
    private @Nullable Generation generation;
    private boolean paused;
    private @Nullable Delivery delivery;

    /** The number of the last frame that was sent to any link, or that a host said it has. */
    private long everSent;

    private final Unread unread;

    /** What {@link Turns} has been told that this turn holds. */
    private long accountedBytes;

    /** The size of the request, until the runtime begins to answer. */
    private long requestBytes;

    /**
     * @param asked the fingerprint of the payload that the turn answers
     * @param said belongs to the turn from now on
     */
    Turn(String id, long asked, ToolGate tools, Transcript said, Turns turns) {
        this.id = id;
        this.asked = asked;
        this.said = said;
        this.turns = turns;
        heard = new Heard(this, tools, turns);
        unread = new Unread(turns, this::giveUp);
    }

    /** Goes on with what an earlier process of the agent kept of it. */
    void goOn(KeptTurn kept, Duration patience) {
        heard.tellTools();
        unread.waitForApproval(patience);
        everSent = kept.everSent();
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
     * Asks a runtime: that of all turns, or one that has the agent's tools. Takes ownership of
     * {@code body}.
     *
     * @param headers sent to the runtime besides the agent's own
     * @param kind the API that the runtime speaks
     */
    public void start(
            LlmRuntime runtime, ByteBuf body, Map<String, String> headers, RuntimeKind kind) {
        countRequest(body.readableBytes());
        GenerationRequest request = new GenerationRequest(body, headers, kind);
        generation = runtime.start(turns.loop(), request, heard);
    }

    private void countRequest(long bytes) {
        turns.requests().count(bytes - requestBytes);
        requestBytes = bytes;
    }

    /** The runtime has the request. */
    public void onAnswer() {
        countRequest(0);
    }

    /** A call waits for an approval, and what a restart needs is kept. */
    void waitForApproval(ToolEvent.Asked call) {
        unread.waitForApproval(call.patience());
        settle();
        call.keeper().accept(KeptTurn.pack(asked, everSent, said));
        turns.lookForOpenOnes();
    }

    /** The call that waited is over. */
    void goOnAfterCall() {
        if (unread.goOn()) {
            settle();
        }
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
    void finish(FrameType type, ByteBuf payload) {
        said.finish(type, payload);
        generation = null;
        countRequest(0);
        settle();
        offer();
    }

    /** Something was added to what it has said. */
    void offer() {
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
                turns.parking().isOn()
                        || turns.logs().mustWait(delivery != null, said.bytesAfter(sent()));
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
        turns.logs().account(delta);
    }

    /**
     * Puts the turn where it belongs: among the open ones while a link reads it, among the ended
     * ones after its end; while nobody reads it and it runs, the orphan timer runs.
     */
    public void settle() {
        if (delivery != null) {
            unread.end();
            turns.open(this);
        } else if (said.end() != null) {
            turns.keep(this);
        } else {
            unread.begin();
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

    /** Whether a call waits until somebody approves it. */
    boolean waits() {
        return unread.waits() && isRunning();
    }

    /** Hands the log of this ended turn over. */
    void keepIn(EndedTurns ended, long now) {
        ended.keep(id, asked, said, everSent == said.log().last(), now);
    }

    /** Stops the turn and releases everything that it holds. */
    void drop() {
        stopGeneration();
        unread.end();
        said.clear();
        account();
    }

    void stopGeneration() {
        if (generation != null) {
            generation.abort();
            generation = null;
            countRequest(0);
        }
    }
}
