package dev.culvert.daemon.front.openai;

import dev.culvert.daemon.http.JsonRequest;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;

/** A request for a chat completion: what this front decides by, and where it stands in the body. */
/*
 * The message for the agent is the body itself. The model is overwritten with blanks, because the agent's runtime knows
 * another name; everything else, also what nobody here knows, stays the bytes that came. The agent sets `stream` itself.
 */
final class ChatRequest {
    /**
     * Makes the runtime, which always streams, tell its usage, which a whole completion has. Comes
     * in place of the brace that begins the body.
     */
    private static final AsciiString WITH_USAGE =
            AsciiString.cached("{\"stream_options\":{\"include_usage\":true},");

    private final ByteBuf body;
    private String model = "";
    private byte messages;
    private byte stream;
    private boolean hasOptions;
    private boolean includesUsage;

    /** The model with the comma that ties it to its neighbour, as indexes in the body. */
    private int cutStart;

    private int cutEnd;

    /** Borrows {@code body}. */
    private ChatRequest(ByteBuf body, JsonMembers members) {
        this.body = body;
        read(members);
        check();
    }

    /**
     * Borrows the body of {@code request}.
     *
     * @throws ProblemException when it is no request for a chat completion
     */
    static ChatRequest read(Request request) {
        return new ChatRequest(request.body(), JsonRequest.members(request));
    }

    /** The same, of a body that may be anything. */
    static ChatRequest read(ByteBuf body) {
        return new ChatRequest(body, JsonRequest.members(body));
    }

    private void read(JsonMembers members) {
        int previousEnd = 0;
        boolean cutsToNext = false;
        while (members.next()) {
            if (cutsToNext) {
                cutEnd = members.nameStart() - 1;
            }
            String name = members.name();
            cutsToNext = name.equals("model") && previousEnd == 0;
            if (name.equals("model")) {
                once(name, cutEnd == 0);
                cutStart = cutsToNext ? members.nameStart() - 1 : previousEnd;
                cutEnd = members.valueEnd();
            }
            note(name, members);
            previousEnd = members.valueEnd();
        }
    }

    private void note(String name, JsonMembers member) {
        byte kind = member.kind();
        switch (name) {
            case "model" -> {
                if (kind != '"') {
                    throw OpenAiProblems.invalid(name, "'model' must be a string.");
                }
                model = member.text();
            }
            case "messages" -> {
                once(name, messages == 0);
                messages = kind;
                checkNotEmpty(member);
            }
            case "stream" -> {
                once(name, stream == 0);
                stream = kind;
            }
            case "stream_options" -> {
                once(name, !hasOptions);
                hasOptions = true;
                includesUsage = asksForUsage(member);
            }
            default -> refuseWhatNoAgentDoes(name, member, kind);
        }
    }

    /** The agent would refuse it, but without naming the parameter. */
    private void checkNotEmpty(JsonMembers list) {
        int at = list.valueStart() + 1;
        while (messages == '[' && body.getByte(at) <= ' ') {
            at++;
        }
        if (messages == '[' && body.getByte(at) == ']') {
            throw OpenAiProblems.invalid(
                    "messages", "'messages' is empty: give at least one message.");
        }
    }

    private boolean asksForUsage(JsonMembers options) {
        if (options.kind() != '{') {
            if (options.kind() != 'n') {
                throw OpenAiProblems.invalid(
                        "stream_options", "'stream_options' must be an object.");
            }
            return false;
        }
        int start = options.valueStart();
        ByteBuf value = body.slice(start, options.valueEnd() - start);
        return JsonMembers.isTrue(value, JsonMembers.find(value), "include_usage");
    }

    /** What an agent would drop in silence. */
    private static void refuseWhatNoAgentDoes(String name, JsonMembers member, byte kind) {
        if (name.equals("n") && kind != 'n' && member.count() != 1) {
            throw OpenAiProblems.invalid(name, "'n' must be 1: an agent gives one answer.");
        } else if (name.equals("logprobs") && kind == 't') {
            throw OpenAiProblems.invalid(
                    name, "'logprobs' must be false: an agent tells no probabilities.");
        } else if (name.equals("audio") && kind == '{') {
            throw OpenAiProblems.invalid(name, "Leave 'audio' out: an agent answers with text.");
        }
    }

    private static void once(String name, boolean isFirst) {
        if (!isFirst) {
            throw OpenAiProblems.invalid(name, "The body has '" + name + "' twice.");
        }
    }

    private void check() {
        if (cutEnd == 0) {
            throw OpenAiProblems.invalid(
                    "model",
                    "'model' is missing: give the id of an agent, GET /v1/models lists them.");
        }
        if (messages != '[') {
            throw OpenAiProblems.invalid(
                    "messages",
                    messages == 0
                            ? "'messages' is missing: give the conversation as a list."
                            : "'messages' must be a list.");
        }
        if (stream != 0 && "tfn".indexOf(stream) < 0) {
            throw OpenAiProblems.invalid("stream", "'stream' must be true or false.");
        }
        if (includesUsage && !isStreamed()) {
            throw OpenAiProblems.invalid(
                    "stream_options", "'stream_options' is allowed only with 'stream': true.");
        }
    }

    /** As the client names the agent. */
    String model() {
        return model;
    }

    boolean isStreamed() {
        return stream == 't';
    }

    /** Whether a streamed completion ends with its usage. */
    boolean includesUsage() {
        return includesUsage;
    }

    /** Makes the body the message for the agent. The caller releases it. */
    ByteBuf message() {
        for (int i = cutStart; i < cutEnd; i++) {
            body.setByte(i, ' ');
        }
        if (isStreamed() || hasOptions) {
            return body.retain();
        }
        int first = body.indexOf(body.readerIndex(), body.writerIndex(), (byte) '{') + 1;
        return Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(WITH_USAGE.array()),
                body.retainedSlice(first, body.writerIndex() - first));
    }
}
