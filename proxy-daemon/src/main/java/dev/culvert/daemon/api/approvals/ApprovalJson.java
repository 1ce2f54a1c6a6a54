package dev.culvert.daemon.api.approvals;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.approvals.Approval;
import dev.culvert.daemon.approvals.Decision;
import dev.culvert.daemon.approvals.ParkedCall;
import dev.culvert.daemon.approvals.Standing;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes what clients are told of an approval.
 *
 * @param now by which one that nobody has decided may have expired
 */
record ApprovalJson(Instant now) {
    void write(JsonGenerator json, Approval approval) throws IOException {
        json.writeStartObject();
        writeMembers(json, approval);
        json.writeEndObject();
    }

    void writeMembers(JsonGenerator json, Approval approval) throws IOException {
        ParkedCall call = approval.call();
        json.writeStringField("id", approval.id());
        json.writeStringField("agent", approval.agent());
        json.writeStringField("tenant", approval.tenant());
        json.writeStringField("turn", call.turn());
        json.writeStringField("call_id", call.callId());
        json.writeStringField("tool_name", call.tool());
        json.writeFieldName("arguments");
        json.writeRawValue(call.arguments());
        json.writeStringField("digest", call.digest());
        json.writeStringField("policy", call.policy());
        json.writeStringField("rule", call.rule().isEmpty() ? null : call.rule());
        json.writeStringField("why", call.why().isEmpty() ? null : call.why());
        writeTime(json, "asked", approval.asked());
        writeTime(json, "expires", approval.expires());
        json.writeStringField("state", approval.state(now).label());
        Decision decision = approval.decision();
        json.writeStringField("decided_by", decision == null ? null : decision.by());
        json.writeStringField("reason", reason(approval, decision));
        writeTime(json, "decided", decision == null ? null : decision.at());
        writeTime(
                json, "used", approval.standing() instanceof Standing.Used used ? used.at() : null);
    }

    private static @Nullable String reason(Approval approval, @Nullable Decision decision) {
        if (approval.standing() instanceof Standing.Withdrawn withdrawn) {
            return withdrawn.why();
        }
        return decision == null || decision.reason().isEmpty() ? null : decision.reason();
    }

    private static void writeTime(JsonGenerator json, String name, @Nullable Instant time)
            throws IOException {
        json.writeStringField(
                name, time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).toString());
    }
}
