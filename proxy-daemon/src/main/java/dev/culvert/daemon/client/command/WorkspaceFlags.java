package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which workspace a verb is about. */
final class WorkspaceFlags {
    @Option(
            names = "--project",
            paramLabel = "DIR",
            description = "A folder in the workspace. Default: the current folder")
    private @Nullable Path project;

    Workspace find(Session session) throws IOException {
        return Workspace.find(folder().toAbsolutePath(), session.around());
    }

    /** Empty if no folder was named, and the current one is in none. */
    Optional<Workspace> findAny(Session session) throws IOException {
        if (project != null) {
            return Optional.of(find(session));
        }
        return Workspace.findAny(folder().toAbsolutePath(), session.around());
    }

    private Path folder() {
        return project == null ? Path.of("") : project;
    }
}
