package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which workspace a verb is about. */
final class WorkspaceFlags {
    @Option(
            names = "--project",
            paramLabel = "DIR",
            description = "A folder in the workspace. Default: the current folder")
    private Path project = Path.of("");

    Workspace find(Session session) throws IOException {
        return Workspace.find(project.toAbsolutePath(), session.around());
    }
}
