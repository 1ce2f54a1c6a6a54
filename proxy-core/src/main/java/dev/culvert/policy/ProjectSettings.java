package dev.culvert.policy;

import dev.culvert.settings.SecretSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a project's or a user's file says besides rules.
 *
 * @param agentUrl of the daemon, with the agent
 * @param apiKey where the token is
 * @param sessionTimeout after which a session is not continued
 * @param projectPaths folders for which the file is; empty for its own
 * @param autoCommit whether each change of files becomes a commit
 * @param toolsPath a folder with tools of the project
 * @param projectType a kind of project, or {@code auto-detect}
 */
public record ProjectSettings(
        Optional<String> agentUrl,
        Optional<SecretSource> apiKey,
        Optional<Duration> sessionTimeout,
        List<String> projectPaths,
        boolean autoCommit,
        Optional<String> toolsPath,
        String projectType) {
    public static final String DETECTED = "auto-detect";

    public static final ProjectSettings NONE =
            new ProjectSettings(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    false,
                    Optional.empty(),
                    DETECTED);

    public ProjectSettings {
        projectPaths = List.copyOf(projectPaths);
    }
}
