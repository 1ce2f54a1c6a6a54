package dev.culvert.daemon.client.workspace;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.infra.ManagedGuest;
import dev.culvert.infra.Plan;
import dev.culvert.io.OwnerOnly;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Has the daemon keep the desired state that was applied, so that it tells when guests drift. */
public final class Publication {
    private static final int OUTDATED = 412;

    private Publication() {}

    /**
     * Publishes what a plan wanted.
     *
     * @return why the daemon does not keep it; empty if it does
     * @throws IOException if the daemon cannot be asked
     */
    public static Optional<String> of(Workspace workspace, Plan plan, Api api) throws IOException {
        Path file = workspace.state().resolve("published");
        String revision = Files.exists(file) ? Files.readString(file).strip() : "";
        String name = workspace.file().name();
        Value body =
                Value.members(
                        "text",
                        Value.members("guests", Value.of(plan.desired())).prettyJson() + "\n",
                        "managed",
                        Value.of(
                                workspace.managed().values().stream()
                                        .map(ManagedGuest::value)
                                        .toList()));
        Request request = Request.put("/api/v1/infra/" + Request.segment(name), body);
        try {
            Value kept =
                    api.ask(
                            request.with(
                                    "if-match", revision.matches("[0-9]{1,18}") ? revision : "0"));
            OwnerOnly.write(
                    file, ByteBuffer.wrap(kept.text("revision").getBytes(StandardCharsets.UTF_8)));
            return Optional.empty();
        } catch (ProblemException e) {
            return Optional.of(
                    e.status() == OUTDATED
                            ? "the daemon keeps another state of that name (culvert infra show %s): culvert infra rm %s forgets it, and the next apply brings yours"
                                    .formatted(name, name)
                            : String.valueOf(e.getMessage()));
        }
    }
}
