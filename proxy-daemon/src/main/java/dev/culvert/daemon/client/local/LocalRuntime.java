package dev.culvert.daemon.client.local;

import dev.culvert.policy.UserSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the answers of the local agent come from. What nobody says is as {@code culvert-agent} has
 * it, and as its environment variables {@code CULVERT_AGENT_RUNTIME…} say.
 *
 * @param url of an LLM server, or {@code echo}
 * @param kind of its interface: {@code openai} or {@code anthropic}
 */
public record LocalRuntime(
        Optional<String> url,
        Optional<String> kind,
        Optional<String> model,
        Optional<Path> keyFile) {

    /** Flags of a command line, else what the user's file says. */
    public static LocalRuntime of(
            Optional<String> url,
            Optional<String> kind,
            Optional<String> model,
            UserSettings.Local user) {
        return new LocalRuntime(
                url.or(user::runtime), kind.or(user::kind), model.or(user::model), user.keyFile());
    }

    List<String> flags() {
        List<String> flags = new ArrayList<>();
        url.ifPresent(it -> flags.addAll(List.of("--runtime", it)));
        kind.ifPresent(it -> flags.addAll(List.of("--runtime-kind", it)));
        model.ifPresent(it -> flags.addAll(List.of("--runtime-model", it)));
        keyFile.ifPresent(it -> flags.addAll(List.of("--runtime-key-file", it.toString())));
        return flags;
    }
}
