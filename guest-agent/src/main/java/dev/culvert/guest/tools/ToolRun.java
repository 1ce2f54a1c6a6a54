package dev.culvert.guest.tools;

import dev.culvert.guest.tools.AnswerCalls.Call;
import dev.culvert.io.Quoted;
import dev.culvert.policy.Action;
import dev.culvert.policy.Decision;
import dev.culvert.policy.Policy;
import dev.culvert.policy.Verdict;
import dev.culvert.tools.Arguments;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Grant;
import dev.culvert.tools.ToolException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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

    /** Is told on the loop what a call does. */
    interface Listener {
        /** It has put something out. */
        void onOutput(String text);

        /**
         * It waits for an approval, and this run of it is over. Only told where that is possible.
         */
        void onAsk(Decision decision);

        /** It must not begin now, though it was allowed, and this run of it is over. */
        void onHeld(Permission permission);

        /** It is over. Told once, unless the call is cancelled. */
        void onEnd(Outcome outcome);
    }

    /**
     * What is to be done.
     *
     * @param tool null if the agent does not have it any more
     * @param permission of somebody; null for a call that was not asked about
     */
    record Task(@Nullable BuiltinTool tool, Call call, @Nullable Permission permission) {}

    /** For a command that is stopped at its own time-out. */
    private static final Duration TO_STOP = Duration.ofSeconds(2);

    private final Workshop workshop;
    private final Offer offer;
    private final Policy policy;
    private final @Nullable BuiltinTool tool;
    private final Call call;

    /** Why there is no tool; empty if there is one. */
    private final String absence;

    private final @Nullable Permission permission;
    private final EventLoop loop;
    private final Listener listener;
    private final CallOutput output;
    private final CallStart start = new CallStart(System.nanoTime());
    private @Nullable ScheduledFuture<?> timeout;
    private boolean over;

    private ToolRun(Offer offer, Task task, EventLoop loop, Listener listener) {
        workshop = offer.workshop();
        this.offer = offer;
        policy = offer.policy();
        tool = task.tool();
        call = task.call();
        absence = tool == null ? workshop.absence(call.name()) : "";
        permission = task.permission();
        this.loop = loop;
        this.listener = listener;
        output = new CallOutput(loop, workshop.settings().outputBytes(), listener::onOutput);
    }

    static ToolRun start(Offer offer, Task task, EventLoop loop, Listener listener) {
        ToolRun run = new ToolRun(offer, task, loop, listener);
        run.start();
        return run;
    }

    private void start() {
        checkAfter(most().toNanos());
        Runnable onOver = workshop.running().begin(offer, call);
        try {
            workshop.workers()
                    .execute(
                            this,
                            () -> {
                                try {
                                    work();
                                } finally {
                                    onOver.run();
                                }
                            });
        } catch (RejectedExecutionException e) {
            onOver.run();
            loop.execute(() -> end(new Outcome(false, "too many calls of tools wait already")));
        }
    }

    /** How long it may wait for its turn, and then how long it may take. */
    private Duration most() {
        return workshop.settings().timeout().plus(TO_STOP);
    }

    private void checkAfter(long nanos) {
        timeout = loop.schedule(this::onTimeout, nanos, TimeUnit.NANOSECONDS);
    }

    private void onTimeout() {
        CallStart.State state = start.check(System.nanoTime(), most());
        if (state.leftNanos() > 0) {
            checkAfter(state.leftNanos());
            return;
        }
        String limit =
                workshop.settings().timeout().toMillis() / 1000.0
                        + " s (--tool-timeout of the agent)";
        end(
                new Outcome(
                        false,
                        state.hasBegun()
                                ? "the call took longer than "
                                        + limit
                                        + "; whether it did its work is not known"
                                : "the call waited for others for longer than "
                                        + limit
                                        + " and was not begun"));
    }

    private void work() {
        if (!start.begin()) {
            return;
        }
        Runnable told;
        try {
            told = decide();
        } catch (ToolException e) {
            told = ending(new Outcome(false, String.valueOf(e.getMessage())));
        } catch (RuntimeException | Error e) {
            LOG.error("the tool {} failed", Quoted.word(call.name()), e);
            told = ending(new Outcome(false, "the tool failed; the agent's log says why"));
        }
        try {
            loop.execute(told);
        } catch (RejectedExecutionException _) {
            LOG.debug("the agent stopped while a tool ran");
        }
    }

    private Runnable ending(Outcome outcome) {
        return () -> end(outcome);
    }

    /** What is to be told on the loop. */
    private Runnable decide() throws ToolException {
        return tool == null ? ending(gone()) : decide(tool);
    }

    /** A turn that waited while the agent was restarted may be without some of its tools. */
    private Outcome gone() throws ToolException {
        workshop.decisions().refused(offer, call, policy.version(), waited());
        LOG.info("tool {} is refused: {}", Quoted.word(call.name()), absence);
        return new Outcome(false, "not run: " + absence);
    }

    private Runnable decide(BuiltinTool tool) throws ToolException {
        Arguments arguments;
        Action action;
        try {
            arguments = Arguments.read(call.arguments());
            action = tool.plan(arguments);
        } catch (ToolException e) {
            workshop.decisions().refused(offer, call, policy.version(), waited());
            throw e;
        }
        Decision decision = policy.decide(action);
        if (permission != null && decision.verdict() != Verdict.DENY) {
            if (!permission.call().mayBegin()) {
                return () -> hold(permission);
            }
            workshop.decisions().begin(permission);
        } else {
            workshop.decisions().record(offer, call, decision, policy.version(), waited());
            if (decision.verdict() == Verdict.ASK && offer.mayAsk()) {
                return () -> ask(decision);
            } else if (decision.verdict() != Verdict.ALLOW) {
                return ending(refused(action, decision));
            }
        }
        LOG.debug("tool {} is allowed: {}", tool.name(), decision.why());
        Grant grant =
                new Grant(
                        workshop.within(decision.limits()),
                        more -> isWithin(decision, policy.decide(more)),
                        workshop.settings().outputBytes(),
                        start,
                        output::add);
        return ending(new Outcome(true, tool.run(arguments, grant)));
    }

    /** Whether what the call also does is allowed: who approves it approves what its rule asks. */
    private boolean isWithin(Decision call, Decision more) {
        return more.verdict() == Verdict.ALLOW
                || (permission != null
                        && more.verdict() == Verdict.ASK
                        && Objects.equals(more.by(), call.by()));
    }

    private void ask(Decision decision) {
        if (stop()) {
            listener.onAsk(decision);
        }
    }

    private void hold(Permission allowed) {
        if (stop()) {
            listener.onHeld(allowed);
        }
    }

    private Duration waited() {
        return start.age(System.nanoTime());
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
        if (stop()) {
            listener.onEnd(outcome);
        }
    }

    /** False if it was over. */
    private boolean stop() {
        boolean first = !over;
        over = true;
        stopTimer();
        output.close();
        return first;
    }

    /** Nobody reads: output is not told until {@link #resume}. */
    void pause() {
        output.pause();
    }

    void resume() {
        output.resume();
    }

    /** Nothing is told any more. What has begun may go on to its end. */
    void cancel() {
        start.giveUp();
        stop();
    }

    private void stopTimer() {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }
}
