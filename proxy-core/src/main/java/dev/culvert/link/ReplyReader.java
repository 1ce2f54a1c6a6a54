package dev.culvert.link;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.frame.PayloadJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Finds out what a reply means for its exchange (messages.md). */
final class ReplyReader {
    sealed interface Verdict {}

    enum Going implements Verdict {
        ON,
        DONE
    }

    /** The agent has ended the exchange, and not well. */
    record Failed(Failure failure) implements Verdict {}

    /** No answer to this request: the agent may go on as if it were none. */
    record Misfit(Failure failure) implements Verdict {}

    private static final ByteBuf TRUE =
            Unpooled.unreleasableBuffer(
                    Unpooled.copiedBuffer("true", StandardCharsets.US_ASCII).asReadOnly());

    private ReplyReader() {}

    /** Borrows {@code reply}. */
    static Verdict read(FrameType request, Frame reply) {
        if (!answers(reply.type(), request)) {
            return new Misfit(
                    invalid(
                            "'"
                                    + reply.type().wireName()
                                    + "' does not answer '"
                                    + request.wireName()
                                    + "'"));
        }
        try {
            return switch (reply.type()) {
                case CHUNK -> isTrue("done", reply.payload()) ? Going.DONE : Going.ON;
                case PONG -> Going.DONE;
                case CONFIG_ACK ->
                        isTrue("applied", reply.payload())
                                ? Going.DONE
                                : new Failed(
                                        invalid("a config_ack that does not say \"applied\":true"));
                case TOOL_BLOCKED -> new Failed(toolBlocked(texts(reply.payload()), reply.seq()));
                case ERROR -> new Failed(agentError(texts(reply.payload()), reply.seq()));
                case HEARTBEAT,
                        MESSAGE,
                        CONTEXT_UPDATE,
                        CONFIG_UPDATE,
                        PING,
                        CREDIT,
                        CANCEL,
                        RESUME,
                        UNKNOWN ->
                        Going.ON;
            };
        } catch (IOException e) {
            return new Misfit(
                    invalid("the payload of '" + reply.type().wireName() + "': " + e.getMessage()));
        }
    }

    private static boolean answers(FrameType reply, FrameType request) {
        return switch (reply) {
            case ERROR -> true;
            case CHUNK, TOOL_BLOCKED -> request == FrameType.MESSAGE || request == FrameType.RESUME;
            case PONG -> request == FrameType.PING;
            case CONFIG_ACK ->
                    request == FrameType.CONFIG_UPDATE || request == FrameType.CONTEXT_UPDATE;
            case HEARTBEAT, MESSAGE, CONTEXT_UPDATE, CONFIG_UPDATE -> false;
            case PING, CREDIT, CANCEL, RESUME, UNKNOWN -> false;
        };
    }

    private static Failure toolBlocked(Map<String, String> payload, long seq) {
        return new Failure.ToolBlocked(
                payload.getOrDefault("tool_name", "unnamed"),
                payload.getOrDefault("reason", "the agent gave no reason"),
                seq);
    }

    private static Failure agentError(Map<String, String> payload, long seq) {
        return new Failure.AgentError(
                payload.getOrDefault("code", ErrorCode.INTERNAL.wireName()),
                payload.getOrDefault("message", "the agent gave no message"),
                seq);
    }

    private static Failure invalid(String message) {
        return new Failure.AgentError(ErrorCode.INTERNAL.wireName(), message);
    }

    /** Most payloads are decided without a parser: what does not hold the word cannot say it. */
    private static boolean isTrue(String member, ByteBuf payload) throws IOException {
        if (ByteBufUtil.indexOf(TRUE, payload) < 0) {
            return false;
        }
        try (JsonParser parser = PayloadJson.parser(payload)) {
            boolean isTrue = false;
            while (nextMember(parser)) {
                isTrue |=
                        parser.currentToken() == JsonToken.VALUE_TRUE
                                && parser.currentName().equals(member);
                parser.skipChildren();
            }
            return isTrue;
        }
    }

    /** The members of an object that are strings. */
    private static Map<String, String> texts(ByteBuf payload) throws IOException {
        Map<String, String> texts = new HashMap<>();
        try (JsonParser parser = PayloadJson.parser(payload)) {
            while (nextMember(parser)) {
                if (parser.currentToken() == JsonToken.VALUE_STRING) {
                    texts.put(parser.currentName(), parser.getText());
                }
                parser.skipChildren();
            }
        }
        return texts;
    }

    /** Goes to the next member's value; a payload that is no object has no members. */
    private static boolean nextMember(JsonParser parser) throws IOException {
        if (parser.currentToken() == null && parser.nextToken() != JsonToken.START_OBJECT) {
            return false;
        }
        if (parser.nextToken() != JsonToken.FIELD_NAME) {
            return false;
        }
        parser.nextToken();
        return true;
    }
}
