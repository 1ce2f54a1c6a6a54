package dev.culvert.policy;

import dev.culvert.about.Units;
import dev.culvert.settings.SecretSource;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a project's or a user's file says besides rules.
 *
 * @param agentUrl of the daemon, with the agent
 * @param apiKey where the token is
 * @param sessionTimeout after which a session is not continued
 * @param projectPaths folders for which the file is; empty for its own
 * @param autoCommit whether the files that a turn has changed become a commit
 * @param toolsPath a folder with tools of the project
 * @param projectType a kind of project; {@code auto-detect} is the same as none
 * @param ofTheUser what only the file of a user says
 */
public record ProjectSettings(
        Optional<String> agentUrl,
        Optional<SecretSource> apiKey,
        Optional<Duration> sessionTimeout,
        List<String> projectPaths,
        Optional<Boolean> autoCommit,
        Optional<String> toolsPath,
        Optional<String> projectType,
        UserSettings ofTheUser) {
    public static final ProjectSettings NONE =
            new ProjectSettings(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    UserSettings.NONE);

    public ProjectSettings {
        projectPaths = List.copyOf(projectPaths);
    }

    /** Those that are set, by the names of their keys, for people; no secret is among them. */
    public Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        agentUrl.ifPresent(url -> texts.put("agentUrl", url));
        apiKey.ifPresent(source -> texts.put("apiKey", source.toString()));
        sessionTimeout.ifPresent(time -> texts.put("sessionTimeout", Units.text(time)));
        if (!projectPaths.isEmpty()) {
            texts.put("projectPaths", String.join(", ", projectPaths));
        }
        autoCommit.ifPresent(on -> texts.put("autoCommit", on.toString()));
        toolsPath.ifPresent(path -> texts.put("toolsPath", path));
        projectType.ifPresent(type -> texts.put("projectType", type));
        texts.putAll(ofTheUser.texts());
        return texts;
    }
}
