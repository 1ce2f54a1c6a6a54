package dev.culvert.guest.tools;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.approvals.PendingFiles;
import dev.culvert.guest.runtime.Generation;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.RuntimeFailure;
import dev.culvert.guest.runtime.ToolEvent;
import dev.culvert.guest.tools.AnswerCalls.Call;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One answer for which the agent's tools are used: asks the runtime, has the calls run, asks again
 * with their results, until an answer has no call of the agent's. Confined to its loop.
 */
final class ToolRounds implements Generation, GenerationListener, CallQueue.Owner {
    private static final int PULSE_SECONDS = 10;

    private final Offer offer;
    private final Workshop workshop;
    private final LlmRuntime runtime;
    private final EventLoop loop;
    private final GenerationRequest first;
    private final GenerationListener listener;
    private final CallQueue queue;
    private UsageSum usage = new UsageSum();
    private boolean dialect;

    /** Of the next request; null once the answer is over. */
    private @Nullable ByteBuf body;

    private @Nullable Generation generation;
    private @Nullable ScheduledFuture<?> pulse;
    private AnswerCalls calls = new AnswerCalls();
    private int rounds;
    private boolean paused;

    /** Takes ownership of the request's body. */
    ToolRounds(
            Offer offer,
            LlmRuntime runtime,
            EventLoop loop,
            GenerationRequest request,
            GenerationListener listener) {
        this.offer = offer;
        workshop = offer.workshop();
        this.runtime = runtime;
        this.loop = loop;
        this.first = request;
        this.listener = listener;
        body = request.body();
        queue = new CallQueue(offer, loop, listener, this);
    }

    /**
     * @param inDialect whether the request is in Anthropic's form
     */
    void begin(boolean inDialect) {
        dialect = inDialect;
        beginPulse();
        ask();
    }

    /** Takes up what an earlier process of the agent left. */
    void goOn(SavedRounds saved, PendingFiles.Kept kept) {
        dialect = saved.dialect();
        usage = saved.usage();
        rounds = saved.rounds();
        beginPulse();
        queue.goOn(saved, kept);
    }

    private void beginPulse() {
        pulse =
                loop.scheduleAtFixedRate(
                        this::pulse, PULSE_SECONDS, PULSE_SECONDS, TimeUnit.SECONDS);
    }

    private void ask() {
        ByteBuf next = body;
        if (next == null) {
            return;
        }
        calls = new AnswerCalls();
        generation =
                runtime.start(
                        loop,
                        new GenerationRequest(
                                next.retainedDuplicate(), first.headers(), first.kind()),
                        this);
        if (paused) {
            generation.pause();
        }
    }

    /* Neither the host nor its client shall take a long call, or long arguments, for a dead agent. A
     * host that takes approvals knows that one is waited for. */
    private void pulse() {
        if (body != null && !queue.isAsking() && (queue.isRunning() || !calls.isEmpty())) {
            listener.onTool(new ToolEvent.Waiting());
        }
    }

    @Override
    public void pause() {
        paused = true;
        if (generation != null) {
            generation.pause();
        }
        queue.pause();
    }

    @Override
    public void resume() {
        paused = false;
        if (generation != null) {
            generation.resume();
        }
        queue.resume();
    }

    @Override
    public void abort() {
        end();
    }

    @Override
    public void onText(String delta) {
        queue.round().text(delta);
        listener.onText(delta);
    }

    @Override
    public void onReasoning(String delta) {
        queue.round().thinking(delta);
        listener.onReasoning(delta);
    }

    @Override
    public void onAnthropic(String rawJson) {
        AnthropicBlocks.read(rawJson, queue.round());
        listener.onAnthropic(rawJson);
    }

    @Override
    public void onToolCall(String name) {
        listener.onToolCall(name);
    }

    @Override
    public void onToolCallFragment(String rawJson) {
        if (body != null && !calls.add(rawJson)) {
            fail(
                    ErrorCode.RESPONSE_TOO_LARGE,
                    "The runtime's answer has more than 1 MiB of tool calls; look into the model's"
                            + " output at the runtime.");
        }
    }

    @Override
    public void onEnd(GenerationEnd end) {
        generation = null;
        usage.add(end.usageJson());
        List<Call> mine = new ArrayList<>();
        boolean onlyMine = OwnCalls.sort(calls, offer, rounds, mine);
        if (mine.isEmpty()) {
            calls.fragments().forEach(listener::onToolCallFragment);
            finish(end);
        } else if (!onlyMine || "length".equals(end.finishReason())) {
            mine.forEach(call -> skip(call, onlyMine));
            tellOthers();
            finish(end);
        } else if (rounds == workshop.settings().maxRounds()) {
            fail(
                    ErrorCode.RUNTIME_ERROR,
                    "The model asked for tools in more than "
                            + rounds
                            + " rounds; ask for less, or raise --max-tool-rounds of the agent.");
        } else {
            rounds++;
            queue.run(mine);
        }
    }

    /* The client answers its own calls in its next request, in which these would have no result. */
    private void skip(Call call, boolean isCut) {
        queue.tellBegin(call);
        listener.onTool(
                new ToolEvent.Ended(
                        call.id(),
                        false,
                        isCut
                                ? "not run: the answer was cut before its end"
                                : "not run: the same answer calls a tool of the client"));
    }

    private void tellOthers() {
        String others = calls.othersThan(offer::has);
        if (!others.isEmpty()) {
            listener.onToolCallFragment(others);
        }
    }

    @Override
    public void onTooMuch() {
        fail(
                ErrorCode.RESPONSE_TOO_LARGE,
                "The results of the turn's tools take more than "
                        + workshop.settings().resultsBytes()
                        + " bytes; ask for less, or raise --tool-results-bytes of the agent.");
    }

    @Override
    public byte[] saved(byte[] turn, Call call) {
        ByteBuf asked = body == null ? Unpooled.EMPTY_BUFFER : body;
        return new SavedRounds(
                        Unpooled.wrappedBuffer(turn),
                        offer.who(),
                        first.headers(),
                        first.kind(),
                        dialect,
                        offer.names(),
                        rounds,
                        queue.resultBytes(),
                        usage,
                        queue.round(),
                        queue.waiting(),
                        call,
                        asked)
                .packed();
    }

    @Override
    public void onCallsDone() {
        ByteBuf old = body;
        if (old == null) {
            return;
        }
        Round round = queue.takeRound();
        body = round.after(old, dialect);
        ask();
    }

    private void finish(GenerationEnd end) {
        if (body != null) {
            end();
            listener.onEnd(
                    new GenerationEnd(end.finishReason(), usage.json(), end.anthropicJson()));
        }
    }

    @Override
    public void onFailure(RuntimeFailure failure) {
        generation = null;
        end();
        listener.onFailure(failure);
    }

    private void fail(ErrorCode code, String message) {
        end();
        listener.onFailure(new RuntimeFailure(code, message));
    }

    private void end() {
        if (generation != null) {
            generation.abort();
            generation = null;
        }
        queue.end();
        if (pulse != null) {
            pulse.cancel(false);
        }
        if (body != null) {
            body.release();
            body = null;
        }
    }
}
