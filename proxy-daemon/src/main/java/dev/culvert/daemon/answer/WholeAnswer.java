package dev.culvert.daemon.answer;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.OverMemory;
import dev.culvert.daemon.http.Phase;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.turn.CancelCause;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Account;
import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import dev.culvert.io.Reservation;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request with the whole of a turn as one JSON object. Confined to the client's event
 * loop. As a {@link Runnable} it is told that its client has gone.
 */
final class WholeAnswer implements FollowedAnswer.Reader, Runnable {
    /** An answer up to that size is held without a reservation. It is less than the credit. */
    private static final int FIRST_BYTES = 16 * 1024;

    private final Answer answer;
    private final Share share;
    private final int maxBytes;
    private final Duration grace;
    private final WholeFormat format;
    private @Nullable LiveTurn turn;

    /** Charged for what is joined; null while that is small. */
    private @Nullable Holding holding;

    /** Room for all that a large answer may still need; null for a small one. */
    private @Nullable Reservation room;

    /** Whether the agent has begun to answer. */
    private boolean isSaid;

    /** Bytes that were joined, but for which the agent has not got credit again. */
    private int heldBack;

    /**
     * @param grace how long the turn goes on after its client has gone
     */
    WholeAnswer(Answer answer, Share share, int maxBytes, Duration grace, WholeFormat format) {
        this.answer = answer;
        this.share = share;
        this.maxBytes = maxBytes;
        this.grace = grace;
        this.format = format;
    }

    /** Controls {@code begun} from now on; that turn may have ended already. */
    void reads(LiveTurn begun) {
        turn = begun;
        answer.onGone(this);
    }

    @Override
    public void run() {
        drop();
        if (turn != null) {
            turn.clientGone(grace);
        }
    }

    @Override
    public void onSent() {
        answer.reached(Phase.WAITING);
    }

    @Override
    public void onChunk(Frame chunk, long number) {
        if (!answer.isOpen()) {
            return;
        }
        if (!isSaid) {
            isSaid = true;
            answer.reached(Phase.STREAMING);
        }
        int before = format.heldBytes();
        try {
            if (chunk.type() == FrameType.CHUNK) {
                format.chunk(chunk);
            } else {
                format.tool(chunk);
                if (!answer.isOpen()) {
                    run(); // the format has answered: nobody waits for the rest here
                    return;
                }
            }
        } catch (BadChunkException e) {
            refuse(Problem.of(e.failure()), CancelCause.ANSWER_REFUSED);
            return;
        }
        if (chunk.isLastChunk() && (turn == null || turn.countsItsEnd())) {
            Usage.tell(chunk, answer);
        }
        charge(format.heldBytes());
        if (room != null) {
            room.used(format.heldBytes() - before);
        }
        if (format.contentBytes() > maxBytes) {
            refuse(
                    Problem.of(
                            BAD_GATEWAY,
                            "The answer takes over %d bytes (turns.max_answer_bytes): take it as a stream, or ask for less."
                                    .formatted(maxBytes)),
                    CancelCause.ANSWER_REFUSED);
        } else {
            taken(chunk.payload().readableBytes());
        }
    }

    /**
     * Holds back the agent's credit for a large answer until the whole answer has room. Without
     * that, many large answers at once would each end another.
     */
    private void taken(int bytes) {
        if (room == null && format.contentBytes() > FIRST_BYTES) {
            room = share.reserve(maxBytes - FIRST_BYTES, answer.eventLoop(), this::goOn);
        }
        heldBack = (int) Math.min((long) heldBack + bytes, Integer.MAX_VALUE);
        if (room == null || room.isGranted()) {
            goOn();
        }
    }

    private void goOn() {
        if (turn != null && heldBack > 0) {
            int bytes = heldBack;
            heldBack = 0;
            turn.consumed(bytes);
        }
    }

    private void charge(int bytes) {
        if (holding == null && bytes >= Account.GRAIN_BYTES) {
            holding = share.open(HeldKind.ANSWERS, answer.eventLoop(), this::isOverMemory);
            holding.countAlsoFor(answer.client());
        }
        if (holding != null) {
            holding.set(bytes);
        }
    }

    private void drop() {
        format.drop();
        charge(0);
        releaseRoom();
    }

    private void releaseRoom() {
        if (room != null) {
            room.release();
        }
    }

    private void isOverMemory(Share exceeded) {
        refuse(Problem.of(OverMemory.excess(exceeded)), CancelCause.ANSWER_REFUSED);
    }

    @Override
    public void onGoesOn() {
        if (turn != null) {
            TurnAnswers.endWithCaller(answer, turn, this::onDenied);
        }
    }

    /** The caller is not let in any more: it is told {@code why}, and the turn stops. */
    void onDenied(Problem why) {
        refuse(why, CancelCause.CALLER_DENIED);
    }

    private void refuse(Problem problem, CancelCause cause) {
        drop();
        if (answer.isOpen()) {
            answer.problem(problem);
        }
        if (turn != null) {
            turn.cancel(cause);
        }
    }

    @Override
    public void onDone(long number, ClientCalls calls) {
        format.ends(calls);
        onDone(number);
    }

    @Override
    public void onDone(long number) {
        if (answer.isOpen()) {
            if (room != null) {
                room.keep(format.heldBytes());
            }
            charge(0);
            answer.json(OK, format.take());
        }
        if (room != null) {
            // After the flush: from then on the bytes that wait for the client are counted.
            answer.eventLoop().execute(this::releaseRoom);
        }
    }

    @Override
    public void onFailure(Failure failure) {
        drop();
        if (answer.isOpen()) {
            answer.failure(failure);
        }
    }

    @Override
    public void onCut() {
        drop();
        if (answer.isOpen()) {
            answer.problem(Admission.SHUTTING_DOWN);
        }
    }
}
