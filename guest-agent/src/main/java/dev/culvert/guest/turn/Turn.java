package dev.culvert.guest.turn;

import static java.util.Objects.requireNonNull;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.policy.ToolAllowlist;
import dev.culvert.guest.runtime.Generation;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.RuntimeFailure;
import dev.culvert.guest.session.Session;
import dev.culvert.io.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message and its answer, whoever reads it, and for a while nobody. What waits too long for a
 * reader stops the reading from the runtime.
 */
public final class Turn implements GenerationListener {
    private static final Logger LOG = LoggerFactory.getLogger(Turn.class);

    private final String id;
    private final long asked;
    private final Turns turns;
    private final ToolAllowlist tools;
    private final Transcript said;
    private @Nullable Generation generation;
    private boolean paused;
    private @Nullable Reader reader;

    /** The number of the last frame that any reader was sent, or said that it has. */
    private long everSent;

    /** Runs while nobody reads it, until it is given up. */
    private @Nullable ScheduledFuture<?> orphanTimer;

    private long accountedBytes;

    /** Of its request, until the runtime begins to answer. */
    private long requestBytes;

    /**
     * @param asked the fingerprint of the payload that it answers
     * @param said its own from now on
     */
    Turn(String id, long asked, ToolAllowlist tools, Transcript said, Turns turns) {
        this.id = id;
        this.asked = asked;
        this.tools = tools;
        this.said = said;
        this.turns = turns;
    }

    public String id() {
        return id;
    }

    /** Whether the payload with this fingerprint is what it answers. */
    public boolean answers(long fingerprint) {
        return asked == fingerprint;
    }

    Transcript said() {
        return said;
    }

    /** Who reads it; null while nobody does. */
    public @Nullable Reader reader() {
        return reader;
    }

    /** Takes ownership of the request's body. */
    public void start(LlmRuntime runtime, GenerationRequest request) {
        countRequest(request.body().readableBytes());
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
    public void onToolCall(String name) {
        if (!tools.allows(name)) {
            stopGeneration();
            finish(FrameType.TOOL_BLOCKED, turns.payloads().toolBlocked(name, tools.reason(name)));
        }
    }

    @Override
    public void onToolCallFragment(String rawJson) {
        said.addToolCalls(rawJson);
        offer();
    }

    @Override
    public void onEnd(GenerationEnd generationEnd) {
        finish(FrameType.CHUNK, turns.payloads().last(generationEnd));
    }

    @Override
    public void onFailure(RuntimeFailure failure) {
        finish(FrameType.ERROR, turns.payloads().error(failure));
    }

    /** Why it cannot be read after this frame (resuming.md); null where it can. */
    public @Nullable ErrorCode refusal(long after) {
        long from = from(after);
        if (from > said.log().last()) {
            return ErrorCode.UNKNOWN_TURN;
        }
        return from + 1 < said.log().first() ? ErrorCode.LOG_TRUNCATED : null;
    }

    /** The frame behind which to begin for a host that has this one: the end comes once more. */
    private long from(long after) {
        long last = said.log().last();
        boolean hasEnd = said.end() != null && after == last;
        boolean hasDone = said.end() == FrameType.CHUNK && after == last + 1;
        return hasEnd || hasDone ? last - 1 : after;
    }

    /** From now on this one reads it, and whoever did before does not. */
    public Reader readBy(Session session, long after, long credit) {
        Reader fresh = new Reader(session, this, from(after), credit);
        if (reader != null) {
            reader.close();
        }
        reader = fresh;
        everSent = Math.max(everSent, fresh.sent());
        settle();
        pace();
        return fresh;
    }

    /** This one reads it no more. */
    public void leave(Reader leaving) {
        leaving.close();
        if (leaving == reader) {
            reader = null;
            settle();
            pace();
        }
    }

    /** The reader was sent a frame. */
    void onSent(Reader by) {
        everSent = Math.max(everSent, by.sent());
        account();
        if (said.end() != null && by.sent() == said.log().last()) {
            by.session().forget(by);
            leave(by);
        } else {
            pace();
        }
    }

    /**
     * Ends it with this error, where it has ended only the reading of it. What has not been sent is
     * not sent any more.
     */
    public void stop(ErrorCode code, String message) {
        Reader last = reader;
        boolean ended = said.end() != null;
        if (last != null && (ended || last.sent() < said.log().last())) {
            last.session().dismiss(last, code, message);
            leave(last);
        }
        if (!ended) {
            stopGeneration();
            said.dropText();
            finish(FrameType.ERROR, turns.payloads().error(code, message));
            if (reader != null) {
                reader.sendNext();
            }
        }
    }

    private void giveUp() {
        LOG.info("turn '{}' is given up: nobody came back for it", Quoted.word(id));
        stopGeneration();
        finish(
                FrameType.ERROR,
                turns.payloads()
                        .error(
                                ErrorCode.CANCELLED,
                                "nobody came back for the turn in time (--orphan-grace of the"
                                        + " agent)"));
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
        if (reader != null) {
            reader.offer();
        }
        pace();
    }

    /** Holds the runtime back while too much waits, or lets it go on. */
    void pace() {
        if (generation == null) {
            return;
        }
        long waiting = said.bytesAfter(sent());
        boolean wait =
                reader == null
                        ? waiting >= turns.limits().unreadBytes() || turns.isFull()
                        : waiting >= turns.limits().waitingBytes();
        if (wait != paused) {
            paused = wait;
            if (wait) {
                generation.pause();
            } else {
                generation.resume();
            }
        }
    }

    /** Whether it has something to drop; its end is none of that. */
    boolean canDrop() {
        long last = said.log().last();
        return said.log().canDrop(said.end() == null ? sent() : Math.min(sent(), last - 1));
    }

    /** Drops a part of what its reader, or else anybody, has been sent. */
    void dropOldest() {
        said.log().dropOldest();
        account();
    }

    private long sent() {
        return reader == null ? everSent : reader.sent();
    }

    private void account() {
        while (said.heldBytes() > turns.limits().logBytes() && canDrop()) {
            said.log().dropOldest();
        }
        long delta = said.heldBytes() - accountedBytes;
        accountedBytes += delta;
        turns.account(delta);
    }

    /** Sees to it that it is open while it runs or is read, and given up or kept where not. */
    public void settle() {
        if (reader != null) {
            cancelTimer();
            turns.open(this);
        } else if (said.end() != null) {
            turns.keep(this);
        } else if (orphanTimer == null) {
            orphanTimer = turns.schedule(this::giveUp, turns.limits().orphanGrace());
        }
    }

    /** Hands what is kept of it over; it has ended. */
    void keepIn(EndedTurns ended, long now) {
        boolean sentWhole = everSent == said.log().last();
        long place = ended.find(id);
        if (place < 0) {
            ended.add(id, asked, requireNonNull(said.end()), sentWhole, said.log(), now);
        } else if (sentWhole && ended.hasLog(place)) {
            ended.markSentWhole(place);
        }
    }

    /** Stops it, and drops all of it. */
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
