package dev.culvert.daemon.api.agents;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.frame.Frame;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a pong tells about its agent and the agent's runtime (compatibility.md, Probing).
 *
 * @param guestMicros that the agent needed; -1 if it does not say
 * @param runtimeMicros until the runtime answered, or until the agent gave up; -1 if it does not
 *     say
 * @param runtimeStatus with which the runtime answered; -1 if it did not
 * @param runtimeError why the runtime did not answer; null if it did
 */
record PongTimes(
        int guestMicros, int runtimeMicros, int runtimeStatus, @Nullable String runtimeError) {

    /** Borrows the frame. What has the wrong type counts as absent. */
    static PongTimes of(Frame pong) {
        int guest = -1;
        int runtime = -1;
        int status = -1;
        String error = null;
        JsonMembers members = pong.members();
        while (members.next()) {
            if (members.kind() == '"') {
                error = members.isNamed("runtime_error") ? members.text() : error;
            } else {
                guest = members.isNamed("guest_us") ? count(members) : guest;
                runtime = members.isNamed("runtime_us") ? count(members) : runtime;
                status = members.isNamed("runtime_status") ? count(members) : status;
            }
        }
        return new PongTimes(guest, runtime, status, error == null ? null : Quoted.sentence(error));
    }

    /** The value; -1 if it is no count. */
    private static int count(JsonMembers member) {
        int count = member.count();
        boolean isZero = member.kind() == '0' && member.valueEnd() - member.valueStart() == 1;
        return count > 0 || isZero ? count : -1;
    }

    /** Writes what the agent said, as members of an object. */
    void write(JsonGenerator json) throws IOException {
        write(json, "guest_us", guestMicros);
        write(json, "runtime_us", runtimeMicros);
        write(json, "runtime_status", runtimeStatus);
        if (runtimeError != null) {
            json.writeStringField("runtime_error", runtimeError);
        }
    }

    private static void write(JsonGenerator json, String name, int number) throws IOException {
        if (number >= 0) {
            json.writeNumberField(name, number);
        }
    }
}
