package dev.culvert.daemon.state;

import dev.culvert.daemon.enrol.Enrolment;
import dev.culvert.daemon.enrol.Enrolment.Claim;
import dev.culvert.daemon.enrol.EnrolmentStore;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** One file for each enrolment. */
final class EnrolmentFiles implements EnrolmentStore {
    private final RecordFiles files;

    EnrolmentFiles(Path stateDirectory, Runnable onFailure) {
        files =
                new RecordFiles(
                        stateDirectory.resolve("enrollments"),
                        "the permission for a guest to join",
                        onFailure);
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public List<Enrolment> read() throws IOException {
        return files.read(EnrolmentFiles::enrolment);
    }

    private static Enrolment enrolment(Section in) {
        return new Enrolment(
                Values.required(in, "id", Kind.TEXT),
                Values.required(in, "sha256", Values.HASH),
                in.get("name", Kind.TEXT, ""),
                Values.required(in, "tenant", Kind.TEXT),
                in.get("by", Kind.TEXT, ""),
                Values.required(in, "created", Values.TIME),
                Values.required(in, "expires", Values.TIME),
                in.find("agent_id", Kind.TEXT).map(agentId -> claim(agentId, in)).orElse(null));
    }

    private static Claim claim(String agentId, Section in) {
        return new Claim(
                agentId,
                Values.required(in, "key", Values.KEY),
                Values.required(in, "claimed", Values.TIME),
                in.find("done", Values.TIME).orElse(null));
    }

    @Override
    public void save(Enrolment enrolment) throws IOException {
        files.save(
                enrolment.id(),
                json -> {
                    json.writeStringField("id", enrolment.id());
                    json.writeStringField("sha256", enrolment.token().hex());
                    json.writeStringField("name", enrolment.name());
                    json.writeStringField("tenant", enrolment.tenant());
                    json.writeStringField("by", enrolment.by());
                    Values.write(json, "created", enrolment.created());
                    Values.write(json, "expires", enrolment.expires());
                    Claim claim = enrolment.claim();
                    if (claim != null) {
                        json.writeStringField("agent_id", claim.agentId());
                        Values.write(json, "key", claim.key());
                        Values.write(json, "claimed", claim.since());
                        Values.write(json, "done", claim.done());
                    }
                });
    }

    @Override
    public void delete(String id) throws IOException {
        files.delete(id);
    }
}
