package dev.culvert.daemon.front.responses;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.CommonHeaders;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A response that its caller can ask for again. Safe for all threads. */
final class KeptResponse {
    /** What one takes besides its texts. */
    private static final long OWN_BYTES = 512;

    private final ResponseObject response;
    private final Caller owner;
    private final Conversation input;
    private final long sinceNanos;
    private final long asked;
    private Outcome outcome;

    /** The input and what was answered; null as long as that may grow. */
    private @Nullable Conversation whole;

    private @Nullable BackgroundTurn turn;
    private boolean isLent;

    KeptResponse(
            ResponseObject response,
            Caller owner,
            Conversation input,
            Outcome outcome,
            long sinceNanos,
            long asked) {
        this.response = response;
        this.owner = owner;
        this.input = input;
        this.outcome = outcome;
        this.sinceNanos = sinceNanos;
        this.asked = asked;
    }

    String id() {
        return response.id();
    }

    /** Tells {@code answer} which turn it is. */
    void nameTurn(Answer answer) {
        answer.header(CommonHeaders.X_CULVERT_TURN, response.turn());
    }

    ResponseObject response() {
        return response;
    }

    Conversation input() {
        return input;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    /** The fingerprint of the message if the client may repeat it with its key, else 0. */
    long asked() {
        return asked;
    }

    /** Whether a client that repeats the request need not wait for more than is here or comes. */
    synchronized boolean isWholeOrRuns() {
        return outcome.isWhole() || (turn != null && !outcome.isFinal());
    }

    Caller owner() {
        return owner;
    }

    /** A response is nobody's but its caller's. */
    boolean isSeenBy(Caller caller) {
        return owner.kind() == caller.kind()
                && owner.name().equals(caller.name())
                && Objects.equals(owner.tenant(), caller.tenant());
    }

    /** Its turn, which runs without a client. */
    synchronized void runs(BackgroundTurn background) {
        turn = background;
    }

    /** Null if it was not begun in the background. */
    synchronized @Nullable BackgroundTurn turn() {
        return turn;
    }

    synchronized void started() {
        if (outcome.equals(Outcome.QUEUED)) {
            outcome = Outcome.IN_PROGRESS;
        }
    }

    /**
     * It has come to its end, of which the first counts. Borrows the items.
     *
     * @return whether this was the first
     */
    synchronized boolean ended(Outcome how, ByteBuf items) {
        if (outcome.isFinal()) {
            return false;
        }
        outcome = how;
        Conversation all = new Conversation(input, items);
        all.isOf(id());
        if (isLent || turn != null) { // those who wait for the end of a turn read it, too
            all.lend();
        }
        whole = all;
        return true;
    }

    synchronized Outcome outcome() {
        return outcome;
    }

    /** What a response that follows this one begins with. */
    synchronized Conversation whole() {
        Conversation ended = whole;
        if (ended == null) {
            throw new ProblemException(
                    Problem.of(
                                    BAD_REQUEST,
                                    "The response '%s' is still in progress: wait for its end before you go on from it."
                                            .formatted(id()))
                            .member("param", "previous_response_id"));
        }
        return ended;
    }

    /** It is kept now, and may not be any more when whoever gets it reads it. */
    synchronized KeptResponse lend() {
        isLent = true;
        held().lend();
        return this;
    }

    /** What it holds for the limit: the input, or all. */
    synchronized Conversation held() {
        return whole == null ? input : whole;
    }

    /** What it takes besides its conversation. */
    synchronized long ownBytes() {
        return OWN_BYTES
                + response.echoBytes()
                + (turn == null || !outcome.isFinal() ? 0 : turn.logBytes());
    }

    /**
     * What a restart needs of it.
     *
     * @param beganMillis since 1970
     */
    synchronized StoredResponse stored(long beganMillis) {
        BackgroundTurn background = turn;
        return new StoredResponse(
                new StoredResponse.Said(
                        input.previous(),
                        input.itemsToStore(),
                        whole == null ? new byte[0] : whole.itemsToStore()),
                new StoredResponse.Own(
                        response.turn(),
                        owner,
                        response.createdSeconds(),
                        beganMillis,
                        asked,
                        response.echo(),
                        outcome,
                        background == null ? null : background.stored()));
    }

    /** As it is now. The caller owns the result. */
    synchronized ByteBuf json() {
        ByteBuf out = Unpooled.buffer();
        byte[] output = whole == null ? new byte[0] : whole.items();
        response.write(out, outcome, Unpooled.wrappedBuffer(output));
        return out;
    }
}
