package dev.culvert.guest.tools;

import dev.culvert.guest.approvals.Approval;
import dev.culvert.guest.approvals.PendingFiles;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.ToolEvent;
import dev.culvert.guest.tools.AnswerCalls.Call;
import dev.culvert.guest.tools.ToolRun.Outcome;
import dev.culvert.policy.Decision;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of one answer one after the other. One about which the policy asks waits for its
 * approval before the next begins. Confined to its loop.
 */
final class CallQueue implements AskedCall.Listener {
    /** Goes on when the calls are done. */
    interface Owner {
        /** Each call has its result, which {@link #takeRound} has. */
        void onCallsDone();

        /** The results take more than a turn may have. */
        void onTooMuch();

        /**
         * What a restart of the agent needs to go on while this call waits.
         *
         * @param turn the state of the turn
         */
        byte[] saved(byte[] turn, Call call);
    }

    private final Offer offer;
    private final EventLoop loop;
    private final GenerationListener listener;
    private final Owner owner;
    private final Queue<Call> waiting = new ArrayDeque<>();
    private Round round = new Round();
    private @Nullable ToolRun running;
    private @Nullable AskedCall asked;

    /** Of the call that was allowed in a pause. */
    private @Nullable Permission permission;

    private long resultBytes;
    private boolean paused;

    /** Whether the next call waits for the end of a pause. */
    private boolean held;

    private boolean over;

    CallQueue(Offer offer, EventLoop loop, GenerationListener listener, Owner owner) {
        this.offer = offer;
        this.loop = loop;
        this.listener = listener;
        this.owner = owner;
    }

    /** What the model says in this round, and what its calls bring. */
    Round round() {
        return round;
    }

    /** The same; the next round begins. */
    Round takeRound() {
        Round taken = round;
        round = new Round();
        return taken;
    }

    List<Call> waiting() {
        return List.copyOf(waiting);
    }

    long resultBytes() {
        return resultBytes;
    }

    /** Whether a call runs. */
    boolean isRunning() {
        return running != null;
    }

    /** Whether a call waits until somebody decides. */
    boolean isAsking() {
        return asked != null && running == null;
    }

    void run(List<Call> calls) {
        waiting.addAll(calls);
        runNext();
    }

    /** Takes up what an earlier process of the agent left. */
    void goOn(SavedRounds saved, PendingFiles.Kept kept) {
        round = saved.round();
        resultBytes = saved.resultBytes();
        waiting.addAll(saved.waiting());
        Call call = saved.call();
        AskedCall again = new AskedCall(offer, call, kept.approval(), loop, this);
        asked = again;
        again.goOn(kept);
    }

    void pause() {
        paused = true;
        if (running != null) {
            running.pause();
        }
    }

    void resume() {
        paused = false;
        if (running != null) {
            running.resume();
        }
        if (held) {
            held = false;
            runNext();
        }
        Permission allowed = permission;
        if (allowed != null) {
            permission = null;
            waitAgain(allowed);
        }
    }

    /* While nobody reads, or the guest is quiesced, no call begins, and no request. */
    private void runNext() {
        if (paused) {
            held = true;
            return;
        }
        Call call = waiting.poll();
        if (call == null) {
            owner.onCallsDone();
            return;
        }
        tellBegin(call);
        if (!over) { // the turn may have ended meanwhile
            start(new ToolRun.Task(offer.find(call.name()), call, null));
        }
    }

    void tellBegin(Call call) {
        listener.onTool(
                new ToolEvent.Began(call.id(), call.name(), call.arguments(), call.isObject()));
    }

    private void start(ToolRun.Task task) {
        running = ToolRun.start(offer, task, loop, new Told(task.call()));
        if (paused) {
            running.pause();
        }
    }

    /** Passes on what one call does. */
    private final class Told implements ToolRun.Listener {
        private final Call call;

        Told(Call call) {
            this.call = call;
        }

        @Override
        public void onOutput(String text) {
            listener.onTool(new ToolEvent.Said(call.id(), text));
        }

        @Override
        public void onAsk(Decision decision) {
            running = null;
            ask(call, decision);
        }

        @Override
        public void onHeld(Permission allowed) {
            running = null;
            waitAgain(allowed);
        }

        @Override
        public void onEnd(Outcome outcome) {
            onOutcome(call, outcome);
        }
    }

    private void waitAgain(Permission allowed) {
        if (asked != null) {
            asked.waitAgain(allowed);
        }
    }

    private void ask(Call call, Decision decision) {
        Approval approval = AskedCall.approval(offer, call, decision);
        AskedCall waits = new AskedCall(offer, call, approval, loop, this);
        asked = waits;
        listener.onTool(
                new ToolEvent.Asked(
                        call.id(),
                        approval.inTheTurn(),
                        offer.workshop().approvals().settings().timeout(),
                        turn -> {
                            if (!over) {
                                waits.ask(owner.saved(turn, call));
                            }
                        }));
    }

    @Override
    public void onAllowed(Call call, Permission allowed) {
        if (paused) {
            permission = allowed;
        } else {
            start(new ToolRun.Task(offer.find(call.name()), call, allowed));
        }
    }

    @Override
    public void onRefused(Call call, Outcome outcome) {
        onOutcome(call, outcome);
    }

    private void onOutcome(Call call, Outcome outcome) {
        running = null;
        listener.onTool(new ToolEvent.Ended(call.id(), outcome.ok(), outcome.text()));
        if (asked != null) {
            asked.forget();
            asked = null;
        }
        if (over) {
            return;
        }
        resultBytes += outcome.text().length();
        if (resultBytes > offer.workshop().settings().resultsBytes()) {
            owner.onTooMuch();
            return;
        }
        round.add(call.isObject() ? call : call.withArguments("{}"), outcome);
        runNext();
    }

    /** Nothing is told any more. */
    void end() {
        over = true;
        waiting.clear();
        permission = null;
        if (running != null) {
            running.cancel();
            running = null;
        }
        if (asked != null) {
            asked.cancel();
            asked = null;
        }
    }
}
