package dev.culvert.daemon.approvals;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/** Frames that answer what guests ask and claim. Each belongs to the caller. */
final class ApprovalFrames {
    private static final int SECONDS_UNTIL_AGAIN = 5;

    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private ApprovalFrames() {}

    /** The answer to an {@code approve} that is not pending any more. */
    static Frame approved(String id, Approval approval, Instant now) {
        return frame(
                FrameType.APPROVED,
                id,
                json -> {
                    json.writeStringField("approval_id", approval.id());
                    writeDecision(json, approval, now);
                    json.writeStringField("digest", approval.call().digest());
                    json.writeStringField("policy", approval.call().policy());
                });
    }

    private static void writeDecision(JsonGenerator json, Approval approval, Instant now)
            throws IOException {
        switch (approval.standing()) {
            case Standing.Decided(Decision it) when it.isAllowed() && approval.isOver(now) ->
                    writeDenial(json, Approvals.DAEMON, "it was allowed, and has expired since");
            case Standing.Decided(Decision it) -> write(json, it);
            case Standing.Used(Decision it, String _, Instant _) -> write(json, it);
            case Standing.Withdrawn(String why, Instant _) ->
                    writeDenial(json, Approvals.DAEMON, why);
            case Standing.Pending _, Standing.Expired _ ->
                    writeDenial(json, Approvals.DAEMON, "nobody has decided in time");
        }
    }

    private static void write(JsonGenerator json, Decision decision) throws IOException {
        json.writeStringField("decision", decision.isAllowed() ? "allow" : "deny");
        json.writeStringField("by", decision.by());
        if (!decision.reason().isEmpty()) {
            json.writeStringField("reason", decision.reason());
        }
    }

    private static void writeDenial(JsonGenerator json, String by, String reason)
            throws IOException {
        json.writeStringField("decision", "deny");
        json.writeStringField("by", by);
        json.writeStringField("reason", reason);
    }

    static Frame claimed(String id, String approval) {
        return frame(FrameType.CLAIMED, id, json -> json.writeStringField("approval_id", approval));
    }

    static Frame error(String id, ApprovalException why) {
        return frame(
                FrameType.ERROR,
                id,
                json -> {
                    json.writeStringField("code", why.code().wireName());
                    json.writeStringField("message", why.getMessage());
                    if (why.isTemporary()) {
                        json.writeNumberField("retry_after", SECONDS_UNTIL_AGAIN);
                    }
                });
    }

    private static Frame frame(FrameType type, String id, Body body) {
        ByteBuf payload = Unpooled.buffer(256);
        try (JsonGenerator json = JsonText.generator(payload)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new Frame(type, id, payload);
    }
}
