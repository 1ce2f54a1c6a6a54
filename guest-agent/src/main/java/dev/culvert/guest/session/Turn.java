package dev.culvert.guest.session;

import static java.util.Objects.requireNonNull;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.policy.ToolAllowlist;
import dev.culvert.guest.runtime.Generation;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.RuntimeFailure;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message and its answer, whoever reads it. What the runtime says becomes a chunk once a reader
 * can take it, and stays in the log; what waits too long for a reader stops the reading from the
 * runtime.
 */
final class Turn implements GenerationListener {
    private static final Logger LOG = LoggerFactory.getLogger(Turn.class);

    /** A chunk holds at most this much text, however much the runtime says at once. */
    private static final int MAX_CHUNK_CHARS = 32 * 1024;

    /** What room for text a turn keeps while none waits. */
    private static final int SPARE_CHARS = 1024;

    private final String id;
    private final long asked;
    private final Turns turns;
    private final ToolAllowlist tools;
    private final TurnLog log;

    /** Said, and no chunk yet; later texts are joined to it. */
    private final StringBuilder text = new StringBuilder();

    private @Nullable Generation generation;
    private boolean paused;

    /** Of the last frame of all, once it is in the log. */
    private @Nullable FrameType end;

    private @Nullable Reader reader;

    /** The number of the last frame that any reader was sent. */
    private long everSent;

    /** Runs while nobody reads it, until it is given up. */
    private @Nullable ScheduledFuture<?> orphanTimer;

    private long accountedBytes;

    /**
     * @param asked the fingerprint of the payload that it answers
     */
    Turn(String id, long asked, ToolAllowlist tools, Turns turns) {
        this(id, asked, tools, turns, turns.newLog());
    }

    private Turn(String id, long asked, ToolAllowlist tools, Turns turns, TurnLog log) {
        this.id = id;
        this.asked = asked;
        this.tools = tools;
        this.turns = turns;
        this.log = log;
    }

    /** One that has ended. Takes over {@code log}, which is cleared when the turn is settled. */
    static Turn ended(String id, long asked, FrameType end, TurnLog log, Turns turns) {
        Turn turn = new Turn(id, asked, ToolAllowlist.EVERYTHING, turns, log);
        turn.end = end;
        return turn;
    }

    String id() {
        return id;
    }

    /** Whether the payload with this fingerprint is what it answers. */
    boolean answers(long fingerprint) {
        return asked == fingerprint;
    }

    boolean isRead() {
        return reader != null;
    }

    /** Hands what is kept of it over to {@code turns}; it has ended. */
    void keepIn(EndedTurns turns, long now) {
        boolean sentWhole = everSent == log.last();
        long place = turns.find(id);
        if (place < 0) {
            turns.add(id, asked, requireNonNull(end), sentWhole, log, now);
        } else if (sentWhole && turns.hasLog(place)) {
            turns.markSentWhole(place);
        }
    }

    /** Takes ownership of the request's body. */
    void start(LlmRuntime runtime, GenerationRequest request) {
        generation = runtime.start(turns.loop(), request, this);
    }

    @Override
    public void onText(String delta) {
        text.append(delta);
        while (text.length() > MAX_CHUNK_CHARS) {
            logText();
        }
        told();
    }

    @Override
    public void onToolCall(String name) {
        if (!tools.allows(name)) {
            stopGeneration();
            finish(FrameType.TOOL_BLOCKED, turns.payloads().toolBlocked(name, tools.reason(name)));
        }
    }

    /* Fragments are not joined, so there is nothing to win by keeping one back. */
    @Override
    public void onToolCallFragment(String rawJson) {
        logAllText();
        log.append(turns.payloads().toolCalls(rawJson));
        told();
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
    @Nullable ErrorCode refusal(long after) {
        long from = from(after);
        if (from > log.last()) {
            return ErrorCode.UNKNOWN_TURN;
        }
        return from + 1 < log.first() ? ErrorCode.LOG_TRUNCATED : null;
    }

    /** The frame behind which to begin for a host that has this one: the end comes once more. */
    private long from(long after) {
        long last = log.last();
        boolean hasEnd = end != null && after == last;
        boolean hasDone = end == FrameType.CHUNK && after == last + 1;
        return hasEnd || hasDone ? last - 1 : after;
    }

    /** From now on this one reads it, and whoever did before does not. */
    Reader readBy(Session session, long after, long credit) {
        Reader fresh = new Reader(session, this, from(after), credit);
        if (reader != null) {
            reader.close();
        }
        reader = fresh;
        settle();
        pace();
        return fresh;
    }

    @Nullable Reader reader() {
        return reader;
    }

    /** It is read no more, by this one at least. */
    void leave(Reader leaving) {
        leaving.close();
        if (leaving == reader) {
            reader = null;
            settle();
            pace();
        }
    }

    boolean hasAfter(long seq) {
        return log.last() > seq || !text.isEmpty();
    }

    FrameType typeAfter(long seq) {
        return end != null && log.last() == seq + 1 ? end : FrameType.CHUNK;
    }

    /** The next frame, made of what waits where it is a new one; it belongs to the caller. */
    Frame frameAfter(long seq) {
        if (log.last() == seq) {
            logText();
        }
        return new Frame(typeAfter(seq), id, log.payload(seq + 1)).withSeq(seq + 1);
    }

    void onSent(Reader by) {
        everSent = Math.max(everSent, by.sent());
        account();
        if (end != null && by.sent() == log.last()) {
            by.session().forget(by);
            leave(by);
        } else {
            pace();
        }
    }

    /** Nobody wants it any more: what has not been sent is dropped too. */
    void cancel() {
        stop(ErrorCode.CANCELLED, "the host cancelled the turn");
    }

    /** Ends it, or where it has ended only the reading of it, with this error at once. */
    void stop(ErrorCode code, String message) {
        Reader last = reader;
        boolean gap = last != null && last.sent() < log.last();
        if (last != null && (gap || end != null)) {
            last.session().dismiss(last, code, message);
            leave(last);
        }
        if (end == null) {
            stopGeneration();
            text.setLength(0);
            finish(FrameType.ERROR, turns.payloads().error(code, message));
            if (reader != null) {
                reader.sendNext();
            }
        }
    }

    /** Nobody came back for it. */
    private void giveUp() {
        LOG.info("turn '{}' is given up: nobody came back for it", id);
        stopGeneration();
        finish(
                FrameType.ERROR,
                turns.payloads()
                        .error(ErrorCode.CANCELLED, "nobody came back for the turn in time"));
    }

    /** Takes ownership of {@code payload}. */
    private void finish(FrameType type, ByteBuf payload) {
        logAllText();
        text.trimToSize();
        log.append(payload);
        end = type;
        generation = null;
        account();
        settle();
        if (reader != null) {
            reader.offer();
        }
    }

    private void told() {
        account();
        if (reader != null) {
            reader.offer();
        }
        pace();
    }

    private void logAllText() {
        while (!text.isEmpty()) {
            logText();
        }
    }

    private void logText() {
        int length = Math.min(MAX_CHUNK_CHARS, text.length());
        if (length < text.length() && Character.isHighSurrogate(text.charAt(length - 1))) {
            length--;
        }
        log.append(turns.payloads().text(text.substring(0, length)));
        text.delete(0, length);
        if (text.isEmpty() && text.capacity() > SPARE_CHARS) {
            text.trimToSize();
        }
    }

    /** Holds the runtime back while too much waits, or lets it go on. */
    void pace() {
        if (generation == null) {
            return;
        }
        long waiting = log.bytesAfter(sent()) + text.length();
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
        return log.canDrop(end == null ? sent() : Math.min(sent(), log.last() - 1));
    }

    /** Drops a part of what its reader, or else anybody, has been sent. */
    void dropOldest() {
        log.dropOldest();
        account();
    }

    private long sent() {
        return reader == null ? everSent : reader.sent();
    }

    private void account() {
        while (heldBytes() > turns.limits().logBytes() && canDrop()) {
            log.dropOldest();
        }
        long delta = heldBytes() - accountedBytes;
        accountedBytes += delta;
        turns.account(delta);
    }

    long heldBytes() {
        return log.heldBytes() + text.length();
    }

    /** Sees to it that it is open while it runs or is read, and given up or kept where not. */
    void settle() {
        if (reader != null) {
            cancelTimer();
            turns.open(this);
        } else if (end != null) {
            turns.keep(this);
        } else if (orphanTimer == null) {
            orphanTimer = turns.schedule(this::giveUp, turns.limits().orphanGrace());
        }
    }

    private void cancelTimer() {
        if (orphanTimer != null) {
            orphanTimer.cancel(false);
            orphanTimer = null;
        }
    }

    /** Drops all of it. */
    void drop() {
        stopGeneration();
        cancelTimer();
        log.clear();
        text.setLength(0);
        account();
    }

    private void stopGeneration() {
        if (generation != null) {
            generation.abort();
            generation = null;
        }
    }
}
