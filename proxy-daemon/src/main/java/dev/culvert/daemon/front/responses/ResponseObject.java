package dev.culvert.daemon.front.responses;

import static dev.culvert.json.JsonOutline.NONE;
import static io.netty.buffer.ByteBufUtil.writeAscii;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.json.JsonOutline;
import dev.culvert.json.JsonPieces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A response as an object of OpenAI's: what stays the same while it is answered. Immutable. */
final class ResponseObject {
    /** A request that says more in its tools and instructions is not repeated to the client. */
    private static final int MOST_ECHO_BYTES = 256 * 1024;

    private static final int ID_BYTES = 16;
    private static final String ID_START = "resp_";

    private final String turn;
    private final String ids;
    private final long createdSeconds;

    private final Echo echo;

    private ResponseObject(String turn, Caller owner, long createdSeconds, Echo echo) {
        this.turn = turn;
        ids = hash(turn, owner);
        this.createdSeconds = createdSeconds;
        this.echo = echo;
    }

    /**
     * The response of that turn.
     *
     * @param owner whose response it is
     * @param echo what {@link #echo} gave
     */
    static ResponseObject of(String turn, Caller owner, long createdSeconds, Echo echo) {
        return new ResponseObject(turn, owner, createdSeconds, echo);
    }

    /** The id of its turn. */
    String turn() {
        return turn;
    }

    String id() {
        return ID_START + ids;
    }

    /** The id of the response that this caller gets of that turn. */
    static String idOf(String turn, Caller owner) {
        return ID_START + hash(turn, owner);
    }

    /** What the ids of its items consist of. */
    String ids() {
        return ids;
    }

    /**
     * Who repeats a request with its key gets the same turn, and so the same response. Another
     * caller that sends the same key gets a response of its own.
     */
    private static String hash(String turn, Caller owner) {
        String tenant = owner.tenant() == null ? "" : owner.tenant();
        String whose = owner.kind().label() + '\0' + owner.name() + '\0' + tenant;
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest((turn + '\0' + whose).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** What a response repeats of its request. */
    static Echo echo(ResponseRequest asked) {
        ByteBuf out = Unpooled.buffer();
        JsonPieces to = new JsonPieces(out);
        JsonOutline json = asked.json();
        int tools = asked.member("tools");
        int instructions = asked.member("instructions");
        boolean isSmall = length(json, tools) + length(json, instructions) <= MOST_ECHO_BYTES;
        to.name("access_programs").literal("null");
        to.name("background").literal(String.valueOf(asked.isInBackground()));
        or(to, asked, "instructions", isSmall ? instructions : NONE, "null");
        or(to, asked, "max_output_tokens", "null");
        or(to, asked, "metadata", "{}");
        or(to, asked, "model", "null");
        or(to, asked, "parallel_tool_calls", "true");
        or(to, asked, "previous_response_id", "null");
        or(to, asked, "reasoning", "{\"effort\":null,\"summary\":null}");
        or(to, asked, "temperature", "null");
        or(to, asked, "text", "{\"format\":{\"type\":\"text\"}}");
        or(to, asked, "tool_choice", "\"auto\"");
        or(to, asked, "tools", isSmall ? tools : NONE, "[]");
        or(to, asked, "top_p", "null");
        to.name("truncation").text("disabled");
        if (asked.member("user") != NONE) {
            or(to, asked, "user", "null");
        }
        to.close('}');
        byte[] written = new byte[out.readableBytes()];
        out.readBytes(written);
        for (int i = 0; i < written.length; i++) {
            if (written[i] == '\n' || written[i] == '\r') {
                written[i] = ' '; // between two tokens: an event is one line
            }
        }
        return new Echo(written, Namespaces.of(asked));
    }

    private static int length(JsonOutline json, int value) {
        return value == NONE ? 0 : json.length(value);
    }

    private static void or(JsonPieces to, ResponseRequest asked, String name, String otherwise) {
        or(to, asked, name, asked.member(name), otherwise);
    }

    private static void or(
            JsonPieces to, ResponseRequest asked, String name, int value, String otherwise) {
        to.name(name);
        if (value == NONE) {
            to.literal(otherwise);
        } else {
            to.copy(asked.json(), value);
        }
    }

    /** In which the functions are that it may call. */
    Namespaces namespaces() {
        return echo.namespaces();
    }

    long createdSeconds() {
        return createdSeconds;
    }

    Echo echo() {
        return echo;
    }

    int echoBytes() {
        return echo.bytes();
    }

    /**
     * Writes it.
     *
     * @param output the items, with commas between; borrowed
     */
    void write(ByteBuf out, Outcome outcome, ByteBuf output) {
        writeAscii(out, "{\"id\":\"" + id() + "\",\"object\":\"response\",\"created_at\":");
        writeAscii(out, createdSeconds + ",\"status\":\"" + outcome.status() + "\",\"error\":");
        out.writeCharSequence(outcome.error(), StandardCharsets.UTF_8);
        writeAscii(out, ",\"incomplete_details\":" + outcome.incompleteDetails());
        writeAscii(out, ",\"output\":[");
        OutputItem.copy(output, out);
        writeAscii(out, "]" + outcome.usage().member() + ",");
        echo.write(out);
    }
}
