package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.turn.TurnListener;
import io.netty.channel.EventLoop;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Begins to keep a response as soon as the id of its turn is known. */
final class BackgroundStart implements Function<String, TurnListener> {
    private final KeptResponses all;
    private final Caller owner;
    private final EventLoop loop;
    private final AnswerMemory memory;
    private final Function<String, ResponseObject> responses;
    private final Conversation input;
    private final int maxAnswerBytes;
    private @Nullable BackgroundTurn begun;

    /**
     * @param responses makes the response for the turn of that id
     */
    BackgroundStart(
            KeptResponses all,
            Caller owner,
            EventLoop loop,
            AnswerMemory memory,
            Function<String, ResponseObject> responses,
            Conversation input,
            int maxAnswerBytes) {
        this.all = all;
        this.owner = owner;
        this.loop = loop;
        this.memory = memory;
        this.responses = responses;
        this.input = input;
        this.maxAnswerBytes = maxAnswerBytes;
    }

    @Override
    public TurnListener apply(String turn) {
        KeptResponse kept = all.begin(responses.apply(turn), owner, input, Outcome.QUEUED);
        BackgroundTurn started = new BackgroundTurn(all, kept, loop, memory, maxAnswerBytes);
        kept.runs(started);
        begun = started;
        return started;
    }

    BackgroundTurn turn() {
        BackgroundTurn started = begun;
        if (started == null) {
            throw new IllegalStateException("no turn has begun");
        }
        return started;
    }

    /** The caller is not let in any more. */
    void onDenied(Problem why) {
        turn().onDenied(why);
    }
}
