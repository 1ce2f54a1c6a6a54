package dev.culvert.policy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What only the file of a user says: it is about the user's machine, and nothing that comes with a
 * project may decide it.
 *
 * @param commands whether tools may start programs: {@code off}, {@code confined} or {@code
 *     unconfined}
 * @param telemetryUrl where a collector takes OTLP over HTTP
 * @param local the agent that a chat starts itself
 */
public record UserSettings(Optional<String> commands, Optional<String> telemetryUrl, Local local) {
    /** What {@code commands} may be. */
    static final List<String> COMMANDS = List.of("off", "confined", "unconfined");

    /**
     * Where the answers of an agent come from that a chat starts itself.
     *
     * @param runtime a URL, or {@code echo}
     * @param kind of its interface: {@code openai} or {@code anthropic}
     * @param model if nothing else names one
     * @param keyFile contains the runtime's key
     */
    public record Local(
            Optional<String> runtime,
            Optional<String> kind,
            Optional<String> model,
            Optional<Path> keyFile) {
        public static final Local NONE =
                new Local(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static final UserSettings NONE =
            new UserSettings(Optional.empty(), Optional.empty(), Local.NONE);

    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        commands.ifPresent(word -> texts.put("commands", word));
        telemetryUrl.ifPresent(url -> texts.put("telemetryUrl", url));
        local.runtime.ifPresent(url -> texts.put("localRuntime", url));
        local.kind.ifPresent(kind -> texts.put("localRuntimeKind", kind));
        local.model.ifPresent(name -> texts.put("localModel", name));
        local.keyFile.ifPresent(file -> texts.put("localKeyFile", file.toString()));
        return texts;
    }
}
