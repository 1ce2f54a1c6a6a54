package dev.culvert.daemon.front.mcp;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One message of JSON-RPC 2.0, as MCP narrows it: an id is a string or a whole number, and params
 * are an object.
 *
 * @param id as it is written; null for what wants no answer
 * @param method null for an answer of the client's
 * @param result of an answer of the client's; null if it has none
 * @param mistake what is wrong with it; null if it can be handled
 */
record RpcMessage(
        @Nullable String id,
        @Nullable String method,
        Params params,
        @Nullable Params result,
        @Nullable String mistake) {
    /** Of an id and of a progress token, which come back with each event. */
    static final int MOST_ID_BYTES = 256;

    private static final int MOST_METHOD_CHARS = 128;

    /**
     * Borrows {@code body} for as long as the message is used.
     *
     * @throws RpcException when it is not one JSON object
     */
    static RpcMessage read(ByteBuf body) {
        if (first(body) == '[') {
            throw RpcException.refused(
                    BAD_REQUEST,
                    RpcException.INVALID_REQUEST,
                    "The body is a batch, which MCP does not have any more: send each message by"
                            + " itself.");
        }
        try {
            return new Reader(body).read(JsonText.members(body));
        } catch (BadJsonException bad) {
            throw RpcException.refused(
                    BAD_REQUEST,
                    RpcException.PARSE_ERROR,
                    "The body is not one JSON object: " + bad.detail() + ".");
        }
    }

    private static byte first(ByteBuf body) {
        int at = body.forEachByte(b -> b == ' ' || b == '\t' || b == '\r' || b == '\n');
        return at < 0 ? 0 : body.getByte(at);
    }

    /** A string or a whole number as it is written; null if it is neither, or too long. */
    static @Nullable String token(ByteBuf value) {
        if (value.readableBytes() > MOST_ID_BYTES) {
            return null;
        }
        String text = value.toString(UTF_8);
        return text.startsWith("\"") || text.matches("-?[0-9]{1,18}") ? text : null;
    }

    boolean isRequest() {
        return id != null && method != null;
    }

    /**
     * Refuses what cannot be handled.
     *
     * @throws RpcException which the sender of the message is answered
     */
    void check() {
        if (mistake != null) {
            throw RpcException.refused(BAD_REQUEST, RpcException.INVALID_REQUEST, mistake);
        }
    }

    /** Goes over the members once. */
    private static final class Reader {
        private final ByteBuf body;
        private @Nullable String id;
        private @Nullable String method;
        private Params params = Params.NONE;
        private @Nullable String mistake;
        private boolean hasVersion;
        private boolean isAnswer;
        private @Nullable Params result;

        Reader(ByteBuf body) {
            this.body = body;
        }

        RpcMessage read(JsonMembers members) {
            while (members.next()) {
                note(members);
            }
            if (!hasVersion) {
                mistake = "'jsonrpc' must be \"2.0\".";
            } else if (method == null && !isAnswer && mistake == null) {
                mistake = "'method' is missing: give a string.";
            }
            return new RpcMessage(id, method, params, result, mistake);
        }

        private void note(JsonMembers member) {
            byte kind = member.kind();
            switch (member.name()) {
                case "jsonrpc" -> hasVersion = kind == '"' && member.text().equals("2.0");
                case "id" -> {
                    id = token(value(member));
                    if (id == null) {
                        mistake =
                                "'id' must be a string or a whole number of up to %d bytes."
                                        .formatted(MOST_ID_BYTES);
                    }
                }
                case "method" -> {
                    method = kind == '"' ? member.text() : null;
                    if (method == null || method.length() > MOST_METHOD_CHARS) {
                        mistake =
                                "'method' must be a string of up to %d characters."
                                        .formatted(MOST_METHOD_CHARS);
                    }
                }
                case "params" -> {
                    if (kind == '{') {
                        params = new Params(value(member));
                    } else {
                        mistake = "'params' must be an object.";
                    }
                }
                case "result" -> {
                    isAnswer = true;
                    result = kind == '{' ? new Params(value(member)) : null;
                }
                case "error" -> isAnswer = true;
                default -> {
                    // what a later revision may add
                }
            }
        }

        private ByteBuf value(JsonMembers member) {
            int start = member.valueStart();
            return body.slice(start, member.valueEnd() - start);
        }
    }
}
