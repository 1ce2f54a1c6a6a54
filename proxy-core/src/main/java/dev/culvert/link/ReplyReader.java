package dev.culvert.link;

import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;
import java.util.HashMap;
import java.util.Map;

/** Finds out what a reply means for its exchange (messages.md). */
final class ReplyReader {
    sealed interface Verdict {}

    enum Going implements Verdict {
        ON,
        DONE
    }

    /** The agent has ended the exchange with a failure. */
    record Failed(Failure failure) implements Verdict {}

    /** Does not answer this request: the agent may not know that it is over. */
    record Misfit(Failure failure) implements Verdict {}

    /** To a message of which parts are still to be sent. */
    static final Misfit EARLY =
            new Misfit(
                    new Failure.BadAnswer(
                            "the agent answered a message of which it has only a part"));

    private ReplyReader() {}

    /** Borrows {@code reply}. */
    static Verdict read(FrameType request, Frame reply) {
        if (!answers(reply.type(), request)) {
            return new Misfit(
                    new Failure.BadAnswer(
                            "the agent sent a '"
                                    + reply.type().wireName()
                                    + "', which does not answer a '"
                                    + request.wireName()
                                    + "'"));
        }
        return switch (reply.type()) {
            case CHUNK -> chunk(reply);
            case PONG, QUIESCED, TUNNELLED -> Going.DONE;
            case REPLY ->
                    hasData(reply)
                            ? Going.DONE
                            : new Misfit(new Failure.BadAnswer("the agent's reply has no 'data'"));
            case CONFIG_ACK ->
                    reply.isTrue("applied")
                            ? Going.DONE
                            : new Failed(
                                    invalid("a config_ack that does not say \"applied\":true"));
            case TOOL_BLOCKED -> new Failed(toolBlocked(texts(reply), reply.seq()));
            case ERROR -> new Failed(agentError(reply));
            case TOOL_CALL, TOOL_OUTPUT, TOOL_RESULT, APPROVAL -> tool(reply);
            case HEARTBEAT,
                    MESSAGE,
                    CONTEXT_UPDATE,
                    CONFIG_UPDATE,
                    PING,
                    CREDIT,
                    CANCEL,
                    RESUME,
                    PARTS,
                    PART,
                    QUIESCE,
                    CHALLENGE,
                    REGISTERED,
                    REFUSED,
                    HELLO,
                    REGISTER,
                    PROVE,
                    PUBLISH,
                    REQUEST,
                    SUBSCRIBE,
                    UNSUBSCRIBE,
                    MISSED,
                    APPROVE,
                    APPROVED,
                    CLAIM,
                    CLAIMED,
                    WITHDRAW,
                    TUNNEL,
                    UNKNOWN ->
                    Going.ON;
        };
    }

    private static Verdict chunk(Frame reply) {
        String fault = reply.chunkFault();
        if (fault != null) {
            return new Misfit(new Failure.BadAnswer("the agent sent a chunk " + fault));
        }
        return reply.isLastChunk() ? Going.DONE : Going.ON;
    }

    private static Verdict tool(Frame reply) {
        JsonMembers members = reply.members();
        while (members.next()) {
            if (members.isNamed("call_id") && members.kind() == '"') {
                return Going.ON;
            }
        }
        return new Misfit(
                new Failure.BadAnswer(
                        "the agent sent a '" + reply.type().wireName() + "' without a 'call_id'"));
    }

    /** Whether the agent has nothing more to send for its request, whatever that was. */
    static boolean isLast(Frame reply) {
        return switch (reply.type()) {
            case CHUNK -> reply.chunkFault() == null && reply.isLastChunk();
            case PONG, CONFIG_ACK, TOOL_BLOCKED, ERROR, REPLY, QUIESCED, TUNNELLED -> true;
            case TOOL_CALL, TOOL_OUTPUT, TOOL_RESULT, APPROVAL -> false;
            case HEARTBEAT, MESSAGE, CONTEXT_UPDATE, CONFIG_UPDATE, QUIESCE -> false;
            case PING, CREDIT, CANCEL, RESUME, PARTS, PART, PUBLISH, REQUEST, UNKNOWN -> false;
            case SUBSCRIBE, UNSUBSCRIBE, MISSED, TUNNEL -> false;
            case APPROVE, APPROVED, CLAIM, CLAIMED, WITHDRAW -> false;
            case CHALLENGE, REGISTERED, REFUSED, HELLO, REGISTER, PROVE -> false;
        };
    }

    private static boolean answers(FrameType reply, FrameType request) {
        return switch (reply) {
            case ERROR -> true;
            case CHUNK, TOOL_BLOCKED, TOOL_CALL, TOOL_OUTPUT, TOOL_RESULT, APPROVAL ->
                    request == FrameType.MESSAGE || request == FrameType.RESUME;
            case PONG -> request == FrameType.PING;
            case QUIESCED -> request == FrameType.QUIESCE;
            case REPLY -> request == FrameType.REQUEST;
            case TUNNELLED -> request == FrameType.TUNNEL;
            case CONFIG_ACK ->
                    request == FrameType.CONFIG_UPDATE || request == FrameType.CONTEXT_UPDATE;
            case HEARTBEAT, MESSAGE, CONTEXT_UPDATE, CONFIG_UPDATE, QUIESCE -> false;
            case PING, CREDIT, CANCEL, RESUME, PARTS, PART, PUBLISH, REQUEST, UNKNOWN -> false;
            case SUBSCRIBE, UNSUBSCRIBE, MISSED, TUNNEL -> false;
            case APPROVE, APPROVED, CLAIM, CLAIMED, WITHDRAW -> false;
            case CHALLENGE, REGISTERED, REFUSED, HELLO, REGISTER, PROVE -> false;
        };
    }

    private static boolean hasData(Frame reply) {
        JsonMembers members = reply.members();
        boolean has = false;
        while (members.next()) {
            has |= members.isNamed("data");
        }
        return has;
    }

    /** The text of an error that answers nothing. */
    static String complaint(Frame error) {
        Map<String, String> payload = texts(error);
        return Quoted.sentence(payload.getOrDefault("message", "the agent gave no message"))
                + " ("
                + Quoted.word(payload.getOrDefault("code", "without a code"))
                + ")";
    }

    private static Failure toolBlocked(Map<String, String> payload, long seq) {
        return new Failure.ToolBlocked(
                Quoted.word(payload.getOrDefault("tool_name", "unnamed")),
                Quoted.sentence(payload.getOrDefault("reason", "the agent gave no reason")),
                seq);
    }

    private static Failure agentError(Frame reply) {
        Map<String, String> payload = texts(reply);
        return new Failure.AgentError(
                Quoted.word(payload.getOrDefault("code", ErrorCode.INTERNAL.wireName())),
                Quoted.sentence(payload.getOrDefault("message", "the agent gave no message")),
                reply.seq(),
                count(reply, "status"),
                count(reply, "retry_after"));
    }

    /** The value of a member that is a count; 0 if there is none. */
    private static int count(Frame reply, String name) {
        JsonMembers members = reply.members();
        while (members.next()) {
            if (members.isNamed(name)) {
                return members.count();
            }
        }
        return 0;
    }

    private static Failure invalid(String message) {
        return new Failure.AgentError(ErrorCode.INTERNAL.wireName(), message);
    }

    /** The members that are strings. */
    private static Map<String, String> texts(Frame reply) {
        Map<String, String> texts = new HashMap<>();
        JsonMembers members = reply.members();
        while (members.next()) {
            if (members.kind() == '"') {
                texts.put(members.name(), members.text());
            }
        }
        return texts;
    }
}
