package dev.culvert.guest.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.runtime.Generation;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.RuntimeFailure;
import dev.culvert.guest.runtime.ToolEvent;
import dev.culvert.guest.tools.AnswerCalls.Call;
import dev.culvert.guest.tools.ToolRun.Outcome;
import dev.culvert.tools.BuiltinTool;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One answer for which the agent's tools are used: asks the runtime, runs the calls one after the
 * other, asks again with their results, until an answer has no call of the agent's. Confined to its
 * loop.
 */
final class ToolRounds implements Generation, GenerationListener {
    private static final int PULSE_SECONDS = 10;
    private static final int END_BYTES = 2; // of the messages, and of the body

    private final Offer offer;
    private final Workshop workshop;
    private final LlmRuntime runtime;
    private final EventLoop loop;
    private final GenerationRequest first;
    private final GenerationListener listener;
    private final UsageSum usage = new UsageSum();
    private boolean dialect;

    /** Of the next request; null once the answer is over. */
    private @Nullable ByteBuf body;

    private @Nullable Generation generation;
    private @Nullable ToolRun running;
    private @Nullable ScheduledFuture<?> pulse;
    private final Queue<Call> waiting = new ArrayDeque<>();
    private Round round = new Round();
    private AnswerCalls calls = new AnswerCalls();
    private int rounds;
    private long resultBytes;
    private boolean paused;

    /** Whether the next call waits for the end of a pause. */
    private boolean held;

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
    }

    /**
     * @param inDialect whether the request is in Anthropic's form
     */
    void begin(boolean inDialect) {
        dialect = inDialect;
        pulse =
                loop.scheduleAtFixedRate(
                        this::pulse, PULSE_SECONDS, PULSE_SECONDS, TimeUnit.SECONDS);
        ask();
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

    /* Neither the host nor its client shall take a long call, or long arguments, for a dead agent. */
    private void pulse() {
        if (body != null && (running != null || !calls.isEmpty())) {
            listener.onTool(new ToolEvent.Waiting());
        }
    }

    @Override
    public void pause() {
        paused = true;
        if (generation != null) {
            generation.pause();
        }
    }

    @Override
    public void resume() {
        paused = false;
        if (generation != null) {
            generation.resume();
        }
        if (held) {
            held = false;
            runNext();
        }
    }

    @Override
    public void abort() {
        end();
    }

    @Override
    public void onText(String delta) {
        round.text(delta);
        listener.onText(delta);
    }

    @Override
    public void onReasoning(String delta) {
        round.thinking(delta);
        listener.onReasoning(delta);
    }

    @Override
    public void onAnthropic(String rawJson) {
        AnthropicBlocks.read(rawJson, round);
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
        boolean onlyMine = sort(mine);
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
            waiting.addAll(mine);
            runNext();
        }
    }

    /** Adds the agent's own calls. Returns whether there are no others. */
    private boolean sort(List<Call> mine) {
        boolean only = true;
        int place = 0;
        try {
            for (Call call : calls.read()) {
                place++;
                if (offer.find(call.name()) == null) {
                    only = false;
                } else {
                    mine.add(
                            call.id().isEmpty()
                                    ? call.withId("call_" + rounds + "_" + place)
                                    : call);
                }
            }
        } catch (IOException e) {
            return false; // the client is told what came
        }
        return only;
    }

    /* The client answers its own calls in its next request, in which these would have no result. */
    private void skip(Call call, boolean isCut) {
        tellBegin(call);
        listener.onTool(
                new ToolEvent.Ended(
                        call.id(),
                        false,
                        isCut
                                ? "not run: the answer was cut before its end"
                                : "not run: the same answer calls a tool of the client"));
    }

    private void tellOthers() {
        String others = calls.othersThan(name -> offer.find(name) != null);
        if (!others.isEmpty()) {
            listener.onToolCallFragment(others);
        }
    }

    /* While nobody reads, or the guest is quiesced, no call begins, and no request. */
    private void runNext() {
        if (paused) {
            held = true;
            return;
        }
        Call call = waiting.poll();
        BuiltinTool tool = call == null ? null : offer.find(call.name());
        if (call == null || tool == null) {
            askAgain();
            return;
        }
        tellBegin(call);
        if (body != null) { // the turn may have ended meanwhile
            running = ToolRun.start(offer, tool, call, loop, outcome -> onOutcome(call, outcome));
        }
    }

    private void tellBegin(Call call) {
        listener.onTool(
                new ToolEvent.Began(call.id(), call.name(), call.arguments(), call.isObject()));
    }

    private void onOutcome(Call call, Outcome outcome) {
        running = null;
        listener.onTool(new ToolEvent.Ended(call.id(), outcome.ok(), outcome.text()));
        if (body == null) {
            return;
        }
        resultBytes += outcome.text().length();
        if (resultBytes > workshop.settings().resultsBytes()) {
            fail(
                    ErrorCode.RESPONSE_TOO_LARGE,
                    "The results of the turn's tools take more than "
                            + workshop.settings().resultsBytes()
                            + " bytes; ask for less, or raise --tool-results-bytes of the agent.");
            return;
        }
        round.add(call.isObject() ? call : call.withArguments("{}"), outcome);
        runNext();
    }

    private void askAgain() {
        ByteBuf old = body;
        if (old == null) {
            return;
        }
        byte[] more = (dialect ? round.asMessages() : round.asChat()).getBytes(UTF_8);
        round = new Round();
        int kept = old.readableBytes() - END_BYTES;
        ByteBuf next = old.alloc().ioBuffer(old.readableBytes() + more.length);
        next.writeBytes(old, old.readerIndex(), kept);
        next.writeBytes(more);
        next.writeBytes(old, old.readerIndex() + kept, END_BYTES);
        old.release();
        body = next;
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
        if (running != null) {
            running.cancel();
            running = null;
        }
        waiting.clear();
        if (pulse != null) {
            pulse.cancel(false);
        }
        if (body != null) {
            body.release();
            body = null;
        }
    }
}
