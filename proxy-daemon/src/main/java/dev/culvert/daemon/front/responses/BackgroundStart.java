package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.answer.Unattended;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.turn.Endings;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.TurnListener;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.frame.Frame;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Begins to keep a response as soon as the id of its turn is known. A client that repeats its
 * request with its key gets the response that is kept.
 */
final class BackgroundStart implements Unattended {
    private final KeptResponses all;
    private final WantedResponse wanted;
    private final AnswerMemory memory;
    private final int maxAnswerBytes;
    private @Nullable KeptResponse kept;
    private @Nullable BackgroundTurn begun;

    BackgroundStart(
            KeptResponses all, WantedResponse wanted, AnswerMemory memory, int maxAnswerBytes) {
        this.all = all;
        this.wanted = wanted;
        this.memory = memory;
        this.maxAnswerBytes = maxAnswerBytes;
    }

    @Override
    public boolean isRead(TurnRequest turn) {
        KeptResponse known =
                turn.asked() == 0
                        ? null
                        : all.find(ResponseObject.idOf(turn.id(), wanted.owner()), wanted.owner());
        if (known == null || known.asked() == 0) {
            return false;
        }
        if (known.asked() != turn.asked()) {
            throw new ProblemException(Problem.of(Endings.KEY_REUSED));
        }
        if (!known.isWholeOrRuns() || (wanted.isStreamed() && known.turn() == null)) {
            return false;
        }
        kept = known;
        return true;
    }

    @Override
    public TurnListener begin(TurnRequest turn, Consumer<Frame> counted) {
        KeptResponse response =
                all.begin(
                        wanted.response(turn.id()),
                        wanted.owner(),
                        wanted.input(),
                        Outcome.QUEUED,
                        turn.asked());
        BackgroundTurn started =
                new BackgroundTurn(
                        all, response, wanted.request().eventLoop(), memory, maxAnswerBytes);
        started.countsWith(counted);
        response.runs(started);
        all.store(response);
        kept = response;
        begun = started;
        return started;
    }

    @Override
    public void reads(LiveTurn turn) {
        if (begun != null) {
            begun.reads(turn);
        }
    }

    /** The response that was begun, or was there before. */
    KeptResponse kept() {
        KeptResponse response = kept;
        if (response == null) {
            throw new IllegalStateException("no turn has begun");
        }
        return response;
    }

    /**
     * Nobody can ask for the response: what was begun stops, and then {@code told} runs on {@code
     * loop}. One that was there before goes on.
     */
    void giveUp(EventLoop loop, Runnable told) {
        if (begun == null) {
            told.run();
        } else {
            begun.stop(loop, told);
        }
    }

    @Override
    public void onDenied(Problem why) {
        if (begun != null) {
            begun.onDenied(why);
        }
    }
}
