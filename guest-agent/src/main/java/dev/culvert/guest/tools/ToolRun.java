package dev.culvert.guest.tools;

import dev.culvert.guest.tools.AnswerCalls.Call;
import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.Decision;
import dev.culvert.policy.Limits;
import dev.culvert.policy.Policy;
import dev.culvert.policy.Verdict;
import dev.culvert.tools.Arguments;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ToolException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of a tool: decided and done on a worker thread, told on the event loop. */
final class ToolRun {
    private static final Logger LOG = LoggerFactory.getLogger(ToolRun.class);

    /**
     * How it ended.
     *
     * @param text the result, or why there is none
     */
    record Outcome(boolean ok, String text) {}

    /** For a command that is stopped at its own time-out. */
    private static final Duration TO_STOP = Duration.ofSeconds(2);

    private final Workshop workshop;
    private final String turn;
    private final Policy policy;
    private final BuiltinTool tool;
    private final Call call;
    private final EventLoop loop;
    private final Consumer<Outcome> told;
    private final long startNanos = System.nanoTime();
    private @Nullable ScheduledFuture<?> timeout;
    private boolean over;

    /** What was cancelled before a thread took it is not begun. */
    private volatile boolean cancelled;

    /**
     * @param told on {@code loop}, once, unless it is cancelled
     */
    private ToolRun(
            Offer offer, BuiltinTool tool, Call call, EventLoop loop, Consumer<Outcome> told) {
        workshop = offer.workshop();
        turn = offer.turn();
        policy = offer.policy();
        this.tool = tool;
        this.call = call;
        this.loop = loop;
        this.told = told;
    }

    static ToolRun start(
            Offer offer, BuiltinTool tool, Call call, EventLoop loop, Consumer<Outcome> told) {
        ToolRun run = new ToolRun(offer, tool, call, loop, told);
        run.start();
        return run;
    }

    private void start() {
        timeout =
                loop.schedule(
                        this::onTimeout,
                        workshop.settings().timeout().plus(TO_STOP).toNanos(),
                        TimeUnit.NANOSECONDS);
        try {
            workshop.workers().execute(this, this::work);
        } catch (RejectedExecutionException e) {
            loop.execute(() -> end(new Outcome(false, "too many calls of tools wait already")));
        }
    }

    private void onTimeout() {
        cancelled = true;
        end(
                new Outcome(
                        false,
                        "the call took longer than "
                                + workshop.settings().timeout().toMillis() / 1000.0
                                + " s (--tool-timeout of the agent); whether it did its work is not"
                                + " known"));
    }

    private void work() {
        if (cancelled) {
            return;
        }
        Outcome outcome = outcome();
        try {
            loop.execute(() -> end(outcome));
        } catch (RejectedExecutionException _) {
            LOG.debug("the agent stopped while a tool ran");
        }
    }

    private Outcome outcome() {
        try {
            Arguments arguments = Arguments.read(call.arguments());
            Action action = tool.plan(arguments);
            Decision decision = policy.decide(action);
            workshop.decisions().record(turn, call, decision, policy.version(), waited());
            if (decision.verdict() != Verdict.ALLOW) {
                return refused(action, decision);
            }
            LOG.debug("tool {} is allowed: {}", tool.name(), decision.why());
            Grant grant =
                    new Grant(
                            within(decision.limits()),
                            more -> policy.decide(more).verdict() == Verdict.ALLOW,
                            workshop.settings().outputBytes(),
                            () -> cancelled);
            return new Outcome(true, tool.run(arguments, grant));
        } catch (ToolException e) {
            return new Outcome(false, String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            LOG.error("the tool {} failed", tool.name(), e);
            return new Outcome(false, "the tool failed; the agent's log says why");
        }
    }

    private Duration waited() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** No rule lets a call take longer than the agent does. */
    private Limits within(Limits rule) {
        Duration most = workshop.settings().timeout();
        return rule.timeout().compareTo(most) <= 0
                ? rule
                : new Limits(
                        most,
                        rule.maxOutputBytes(),
                        rule.environment(),
                        rule.network(),
                        rule.maxFileBytes());
    }

    private static Outcome refused(Action action, Decision decision) {
        String why =
                decision.verdict() == Verdict.DENY
                        ? "the policy denies it: "
                        : "it needs an approval, which nobody can give to this agent: ";
        LOG.info("tool {} is refused: {}", action.tool(), Quoted.sentence(decision.why()));
        return new Outcome(false, why + decision.why());
    }

    private void end(Outcome outcome) {
        if (!over) {
            over = true;
            stopTimer();
            told.accept(outcome);
        }
    }

    /** Nothing is told any more. What has begun may go on to its end. */
    void cancel() {
        cancelled = true;
        over = true;
        stopTimer();
    }

    private void stopTimer() {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }
}
