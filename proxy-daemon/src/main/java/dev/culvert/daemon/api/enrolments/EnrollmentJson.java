package dev.culvert.daemon.api.enrolments;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.enrol.Enrolment;
import dev.culvert.daemon.enrol.Enrolments;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Writes what clients are told of an enrolment: never its token, except to whoever made it. */
record EnrollmentJson(Enrolments enrolments) {
    void write(JsonGenerator json, Enrolment enrolment) throws IOException {
        json.writeStartObject();
        writeMembers(json, enrolment);
        json.writeEndObject();
    }

    void writeMembers(JsonGenerator json, Enrolment enrolment) throws IOException {
        Enrolment.Claim claim = enrolment.claim();
        json.writeStringField("id", enrolment.id());
        json.writeStringField("name", enrolment.name().isEmpty() ? null : enrolment.name());
        json.writeStringField("tenant", enrolment.tenant());
        json.writeStringField("state", enrolments.state(enrolment).name().toLowerCase(Locale.ROOT));
        json.writeStringField("by", enrolment.by());
        writeTime(json, "created", enrolment.created());
        writeTime(json, "expires", enrolment.expires());
        json.writeStringField("agent_id", claim == null ? null : claim.agentId());
    }

    private static void writeTime(JsonGenerator json, String name, Instant time)
            throws IOException {
        json.writeStringField(name, time.truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
