package dev.culvert.daemon.front.openai;

import dev.culvert.daemon.answer.CutProblem;
import dev.culvert.daemon.answer.EventFormat;
import dev.culvert.daemon.answer.ToolCalls;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.sse.EventShape;
import dev.culvert.daemon.sse.SseStream;
import dev.culvert.frame.Frame;
import dev.culvert.json.JsonMembers;
import dev.culvert.link.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A turn as OpenAI's chunks: the role, then what the agent says as it comes, the reason of the end,
 * the usage if the client asked for it, and {@code [DONE]}. A turn that fails ends with an error,
 * and the connection is broken off: clients take a clean end for success.
 */
/* What is the same in each chunk is written once for a stream. */
final class ChatChunks implements EventFormat {
    private static final EventShape DONE = EventShape.of("[DONE]", "");
    private static final EventShape ERROR = EventShape.of("", "");
    private static final ByteBuf NOTHING = Unpooled.EMPTY_BUFFER;
    private static final int QUOTE = 1;

    private final String head;
    private final boolean includesUsage;
    private final EventShape content;
    private @Nullable EventShape reasoning;
    private @Nullable EventShape toolCalls;

    ChatChunks(CompletionHead head, boolean includesUsage) {
        this.head = head.of("chat.completion.chunk");
        this.includesUsage = includesUsage;
        content = delta("\"content\":\"", "\"");
    }

    /** Chunks whose delta has one member around what the agent says. */
    private EventShape delta(String before, String after) {
        return choice("{" + before, after + "}", "null");
    }

    private EventShape choice(String before, String after, String finishReason) {
        return EventShape.of(
                head + "\"choices\":[{\"index\":0,\"delta\":" + before,
                after + ",\"finish_reason\":" + finishReason + "}]" + end());
    }

    /** A client that asked for the usage gets the member in each chunk. */
    private String end() {
        return includesUsage ? ",\"usage\":null}" : "}";
    }

    @Override
    public boolean isResumable() {
        return false;
    }

    @Override
    public void begin(SseStream to, long number) {
        to.event(delta("\"role\":\"assistant\",\"content\":\"\"", ""), NOTHING);
    }

    @Override
    public void chunk(SseStream to, Frame chunk, long number) {
        if (chunk.isOnlyText()) {
            chunk.readText(text -> text(to, content, text));
        } else {
            members(to, chunk);
        }
    }

    private static void text(SseStream to, EventShape shape, ByteBuf text) {
        if (text.isReadable()) {
            to.eventInOneLine(shape, text);
        }
    }

    private void members(SseStream to, Frame chunk) {
        ByteBuf payload = chunk.payload();
        JsonMembers members = chunk.members();
        ByteBuf finishReason = NOTHING;
        ByteBuf usage = NOTHING;
        while (members.next()) {
            byte kind = members.kind();
            int start = members.valueStart();
            int length = members.valueEnd() - start;
            if (kind == '"' && length > 2 * QUOTE) {
                if (members.isNamed("content")) {
                    text(to, content, payload.slice(start + QUOTE, length - 2 * QUOTE));
                } else if (members.isNamed("reasoning")) {
                    text(to, reasoning(), payload.slice(start + QUOTE, length - 2 * QUOTE));
                } else if (members.isNamed("finish_reason")) {
                    finishReason = payload.slice(start, length);
                }
            } else if (kind == '[' && members.isNamed("tool_calls")) {
                toolCalls(to, payload.slice(start, length));
            } else if (kind == '{' && members.isNamed("usage")) {
                usage = payload.slice(start, length);
            }
        }
        if (chunk.isLastChunk()) {
            finish(to, finishReason, usage);
        }
    }

    private EventShape reasoning() {
        EventShape known = reasoning;
        if (known == null) {
            known = delta("\"reasoning_content\":\"", "\"");
            reasoning = known;
        }
        return known;
    }

    private void toolCalls(SseStream to, ByteBuf array) {
        EventShape known = toolCalls;
        if (known == null) {
            known = delta("\"tool_calls\":", "");
            toolCalls = known;
        }
        ByteBuf fragments = ToolCalls.forClient(array);
        to.event(known, fragments);
        fragments.release();
    }

    private void finish(SseStream to, ByteBuf finishReason, ByteBuf usage) {
        if (finishReason.isReadable()) {
            EventShape shape =
                    EventShape.of(
                            head + "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":",
                            "}]" + end());
            to.event(shape, finishReason);
        } else {
            String reason = toolCalls == null ? "\"stop\"" : "\"tool_calls\"";
            to.event(choice("{", "}", reason), NOTHING);
        }
        if (includesUsage && usage.isReadable()) {
            to.event(EventShape.of(head + "\"choices\":[],\"usage\":", "}"), usage);
        }
    }

    @Override
    public void done(SseStream to, long number) {
        to.event(DONE, NOTHING);
        to.end();
    }

    @Override
    public void failed(SseStream to, Failure failure, long number) {
        abort(to, Problem.of(failure));
    }

    @Override
    public void cutOff(SseStream to, String code, String message, long number) {
        abort(to, CutProblem.of(code, message));
    }

    private static void abort(SseStream to, Problem why) {
        ByteBuf error = OpenAiProblems.body(why);
        to.event(ERROR, error);
        error.release();
        to.abort();
    }
}
