package dev.culvert.guest.session;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.guest.policy.ToolAllowlist;
import dev.culvert.guest.runtime.Generation;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.GenerationRequest;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.RuntimeFailure;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One message and its answer. What the runtime says goes out at once while the host reads; else it
 * waits here, and the runtime is not read either.
 */
final class Turn implements GenerationListener {
    /** A chunk holds at most this much text, however much the runtime says at once. */
    private static final int MAX_CHUNK_CHARS = 32 * 1024;

    /** How it ended, told once all that came before is told. */
    private sealed interface End {
        record Complete(GenerationEnd end) implements End {}

        record Blocked(String toolName, String reason) implements End {}

        record Failed(RuntimeFailure failure) implements End {}

        record Cancelled() implements End {}
    }

    private final String id;
    private final Replies replies;
    private final Payloads payloads;
    private final ToolAllowlist tools;
    private final Runnable whenEnded;
    private final Unsent unsent = new Unsent();
    private @Nullable Generation generation;
    private @Nullable End end;
    private boolean over;

    Turn(String id, Replies replies, Payloads payloads, ToolAllowlist tools, Runnable whenEnded) {
        this.id = id;
        this.replies = replies;
        this.payloads = payloads;
        this.tools = tools;
        this.whenEnded = whenEnded;
    }

    /** Takes ownership of the request's body. */
    void start(LlmRuntime runtime, GenerationRequest request) {
        generation = runtime.start(replies.eventLoop(), request, this);
        if (!replies.isWritable()) {
            generation.pause();
        }
    }

    @Override
    public void onText(String delta) {
        unsent.addText(delta);
        send();
    }

    @Override
    public void onToolCall(String name) {
        if (!tools.allows(name)) {
            stopGeneration();
            finish(new End.Blocked(name, tools.reason(name)));
        }
    }

    @Override
    public void onToolCallFragment(String rawJson) {
        unsent.addToolCalls(rawJson);
        send();
    }

    @Override
    public void onEnd(GenerationEnd generationEnd) {
        finish(new End.Complete(generationEnd));
    }

    @Override
    public void onFailure(RuntimeFailure failure) {
        finish(new End.Failed(failure));
    }

    /** The host reads again. */
    void onWritable() {
        send();
        if (replies.isWritable() && generation != null) {
            generation.resume();
        }
    }

    /** The host wants no more of it: what it has not read yet is dropped too. */
    void cancel() {
        stopGeneration();
        unsent.clear();
        finish(new End.Cancelled());
    }

    /** Nobody waits for it any more. */
    void abandon() {
        stopGeneration();
        close();
    }

    private void finish(End how) {
        end = how;
        send();
    }

    private void send() {
        while (!over && replies.isWritable()) {
            ByteBuf chunk = unsent.next(payloads, MAX_CHUNK_CHARS);
            if (chunk == null) {
                break;
            }
            replies.send(new Frame(FrameType.CHUNK, id, chunk));
        }
        if (over) {
            return;
        }
        if (end != null && unsent.isEmpty()) {
            replies.send(last(end));
            close();
        } else if (generation != null && !replies.isWritable()) {
            generation.pause();
        }
    }

    private Frame last(End how) {
        return switch (how) {
            case End.Complete(GenerationEnd generationEnd) ->
                    new Frame(FrameType.CHUNK, id, payloads.last(generationEnd));
            case End.Blocked(String toolName, String reason) ->
                    new Frame(FrameType.TOOL_BLOCKED, id, payloads.toolBlocked(toolName, reason));
            case End.Failed(RuntimeFailure failure) ->
                    new Frame(FrameType.ERROR, id, payloads.error(failure));
            case End.Cancelled() ->
                    new Frame(
                            FrameType.ERROR,
                            id,
                            payloads.error(ErrorCode.CANCELLED, "the host cancelled the turn"));
        };
    }

    private void stopGeneration() {
        if (generation != null) {
            generation.abort();
        }
    }

    private void close() {
        if (!over) {
            over = true;
            whenEnded.run();
        }
    }
}
