package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is answered. Proxmox says why in the line of the status, too.
 *
 * @param body null for none
 */
record Answer(int status, String reason, @Nullable Value body) {
    static Answer ok(Value data) {
        return new Answer(200, "OK", Value.members("data", data));
    }

    /** Without a body: what is refused before the API, or by what stands between two nodes. */
    static Answer bare(int status, String reason) {
        return new Answer(status, reason, null);
    }

    static Answer of(Refused refused) {
        List<Object> members = new ArrayList<>(List.of("data", Value.nothing()));
        if (!refused.errors().isEmpty()) {
            List<Object> errors = new ArrayList<>();
            refused.errors().forEach((name, why) -> errors.addAll(List.of(name, why)));
            members.addAll(List.of("errors", Value.members(errors.toArray())));
        }
        members.addAll(List.of("message", refused.words()));
        return new Answer(
                refused.status(),
                refused.words().lines().findFirst().orElse(""),
                Value.members(members.toArray()));
    }
}
