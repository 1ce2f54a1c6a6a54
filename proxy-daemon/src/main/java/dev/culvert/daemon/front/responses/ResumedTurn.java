package dev.culvert.daemon.front.responses;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.CallerQuota;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.http.Denials;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.TokenUsage;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.daemon.turn.TurnTokens;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.io.Share;
import dev.culvert.link.Failure;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A turn that ran without its client when the daemon stopped. Its agent keeps it: once that is
 * back, it is read again from the beginning. Confined to one event loop.
 */
final class ResumedTurn {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    /** An agent lets go of a turn that nobody reads long before. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final Problem NOT_LET_IN =
            Problem.of(
                            HttpResponseStatus.UNAUTHORIZED,
                            "The caller that began the response was not let in any more when the"
                                    + " daemon started again.")
                    .member("code", "token_revoked");

    /** What a turn is resumed with. */
    record Means(Turns turns, Callers callers, Denials denials, Consumer<TokenUsage> used) {}

    private final KeptResponses all;
    private final KeptResponse kept;
    private final BackgroundTurn turn;
    private final long sinceNanos = System.nanoTime();
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private @Nullable Agent agent;

    private ResumedTurn(KeptResponses all, KeptResponse kept, EventLoop loop, int maxAnswerBytes) {
        this.all = all;
        this.kept = kept;
        AnswerMemory memory = new AnswerMemory(this::share, null, loop, maxAnswerBytes);
        turn = new BackgroundTurn(all, kept, loop, memory, maxAnswerBytes);
        kept.runs(turn);
    }

    static ResumedTurn of(
            KeptResponses all, KeptResponse kept, EventLoop loop, int maxAnswerBytes) {
        return new ResumedTurn(all, kept, loop, maxAnswerBytes);
    }

    private Share share() {
        Agent known = agent;
        if (known == null) {
            throw new IllegalStateException("nothing comes from an agent that is not known");
        }
        return known.road().share();
    }

    /** May be called on any thread. */
    void begin(Means means) {
        turn.loop().execute(() -> tryNow(means));
    }

    private void tryNow(Means means) {
        Caller caller = means.callers().again(kept.owner());
        if (caller == null) {
            turn.onDenied(NOT_LET_IN);
            return;
        }
        Agent found = means.turns().agentOf(kept.response().turn(), caller);
        if (found != null && found.presence().state() == AgentState.READY) {
            agent = found;
            resume(means, caller, found);
        } else if (System.nanoTime() - sinceNanos > PATIENCE.toNanos()) {
            turn.onFailure(
                    new Failure.LinkLost(
                            "the daemon was restarted, and the agent did not come back within %d minutes after that"
                                    .formatted(PATIENCE.toMinutes())));
        } else if (all.isThere(kept)) {
            turn.loop().schedule(() -> tryNow(means), pauseMillis, TimeUnit.MILLISECONDS);
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
    }

    private void resume(Means means, Caller caller, Agent found) {
        TurnRequest request =
                new TurnRequest(kept.response().turn(), found, true, 0, kept.id(), null);
        if (turn.isOver()) { // it was cancelled meanwhile
            means.turns().delete(turn.loop(), request, _ -> {});
            return;
        }
        CallerQuota quota = caller.quota();
        if (quota != null) {
            quota.holdTurn();
        }
        turn.countsWith(last -> {
            TurnTokens tokens = TurnTokens.of(last);
            if (tokens != null) {
                means.used().accept(new TokenUsage(tokens.input(), tokens.output()));
            }
        });
        LiveTurn live =
                means.turns().resume(turn.loop(), request.countedBy(caller).goingOn(), 0, turn);
        turn.reads(live);
        if (caller.canEnd()) {
            live.whenOver(means.denials().watch(caller, turn.loop(), turn::onDenied));
        }
    }
}
