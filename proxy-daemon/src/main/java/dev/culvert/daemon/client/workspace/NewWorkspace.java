package dev.culvert.daemon.client.workspace;

import dev.culvert.daemon.client.settings.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The files of a workspace that is made: those that are not there yet. */
public final class NewWorkspace {
    /* "allow" without rules is what a project without a file has: changes are asked about. */
    private static final String PROJECT =
            """
            // What tools may do in this project: see project-settings.md of Culvert.
            // The infrastructure is in infra/, and culvert plan compares it with what is there.
            {
              "default": "allow"
            }
            """;

    private static final String IGNORED =
            """
            # What culvert keeps for itself. Tools of the project, in tools/, are not ignored.
            /state.json
            /plans/
            /backups/
            /runs/
            /mcp/
            """;

    private final Path root;
    private final Map<Path, String> files = new LinkedHashMap<>();

    public NewWorkspace(Path root, WorkspaceFile file, Optional<Pipeline> pipeline) {
        this.root = root;
        files.put(root.resolve(Project.FILE), PROJECT);
        files.put(
                root.resolve(Workspace.INFRA).resolve(WorkspaceFile.FILE),
                file.value().prettyJson() + "\n");
        files.put(root.resolve(Workspace.INFRA).resolve("guests").resolve(".gitkeep"), "");
        files.put(root.resolve(Workspace.STATE).resolve(".gitignore"), IGNORED);
        pipeline.ifPresent(it -> files.put(root.resolve(it.file()), it.text()));
    }

    /** Those that are not there, relative to the folder. */
    public Map<Path, String> missing() {
        Map<Path, String> missing = new LinkedHashMap<>();
        files.forEach((path, text) -> {
            if (!Files.exists(path)) {
                missing.put(root.relativize(path), text);
            }
        });
        return missing;
    }

    public void write() throws IOException {
        for (Map.Entry<Path, String> each : missing().entrySet()) {
            Workspace.write(root.resolve(each.getKey()), each.getValue());
        }
    }
}
