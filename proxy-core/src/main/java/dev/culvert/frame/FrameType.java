package dev.culvert.frame;

/** What a frame means, by its name on the wire. */
public enum FrameType {
    MESSAGE("message"),
    CONTEXT_UPDATE("context_update"),
    CONFIG_UPDATE("config_update"),
    PING("ping"),
    CREDIT("credit"),
    CANCEL("cancel"),
    RESUME("resume"),
    PARTS("parts"),
    PART("part"),
    QUIESCE("quiesce"),
    CHALLENGE("challenge"),
    REGISTERED("registered"),
    REFUSED("refused"),
    APPROVED("approved"),
    CLAIMED("claimed"),

    HEARTBEAT("heartbeat"),
    CHUNK("chunk"),
    CONFIG_ACK("config_ack"),
    TOOL_BLOCKED("tool_blocked"),
    TOOL_CALL("tool_call"),
    TOOL_OUTPUT("tool_output"),
    TOOL_RESULT("tool_result"),
    APPROVAL("approval"),
    PONG("pong"),
    QUIESCED("quiesced"),
    ERROR("error"),
    HELLO("hello"),
    REGISTER("register"),
    PROVE("prove"),
    APPROVE("approve"),
    CLAIM("claim"),
    WITHDRAW("withdraw"),

    PUBLISH("publish"),
    REQUEST("request"),
    REPLY("reply"),
    SUBSCRIBE("subscribe"),
    UNSUBSCRIBE("unsubscribe"),
    MISSED("missed"),

    TUNNEL("tunnel"),
    TUNNELLED("tunnelled"),

    /** Any other name: counted and ignored, never sent. */
    UNKNOWN("");

    private final String wireName;

    FrameType(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /** Whether it is a part of a turn that more follows, unless a chunk says otherwise. */
    public boolean isOfATurn() {
        return this == CHUNK
                || this == TOOL_CALL
                || this == TOOL_OUTPUT
                || this == TOOL_RESULT
                || this == APPROVAL;
    }

    public static FrameType of(String wireName) {
        return switch (wireName) {
            case "message" -> MESSAGE;
            case "context_update" -> CONTEXT_UPDATE;
            case "config_update" -> CONFIG_UPDATE;
            case "ping" -> PING;
            case "credit" -> CREDIT;
            case "cancel" -> CANCEL;
            case "resume" -> RESUME;
            case "parts" -> PARTS;
            case "part" -> PART;
            case "quiesce" -> QUIESCE;
            case "challenge" -> CHALLENGE;
            case "registered" -> REGISTERED;
            case "refused" -> REFUSED;
            case "approved" -> APPROVED;
            case "claimed" -> CLAIMED;
            case "heartbeat" -> HEARTBEAT;
            case "chunk" -> CHUNK;
            case "config_ack" -> CONFIG_ACK;
            case "tool_blocked" -> TOOL_BLOCKED;
            case "tool_call" -> TOOL_CALL;
            case "tool_output" -> TOOL_OUTPUT;
            case "tool_result" -> TOOL_RESULT;
            case "approval" -> APPROVAL;
            case "pong" -> PONG;
            case "quiesced" -> QUIESCED;
            case "error" -> ERROR;
            case "hello" -> HELLO;
            case "register" -> REGISTER;
            case "prove" -> PROVE;
            case "approve" -> APPROVE;
            case "claim" -> CLAIM;
            case "withdraw" -> WITHDRAW;
            case "publish" -> PUBLISH;
            case "request" -> REQUEST;
            case "reply" -> REPLY;
            case "subscribe" -> SUBSCRIBE;
            case "unsubscribe" -> UNSUBSCRIBE;
            case "missed" -> MISSED;
            case "tunnel" -> TUNNEL;
            case "tunnelled" -> TUNNELLED;
            default -> UNKNOWN;
        };
    }
}
