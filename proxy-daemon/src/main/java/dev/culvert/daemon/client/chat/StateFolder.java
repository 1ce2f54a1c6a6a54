package dev.culvert.daemon.client.chat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where this user's sessions and decisions are, as the XDG Base Directory Specification has it. */
public final class StateFolder {
    private StateFolder() {}

    /** Empty where the environment names neither {@code XDG_STATE_HOME} nor {@code HOME}. */
    public static Optional<Path> of(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        String home = environment.getOrDefault("HOME", "");
        if (state.startsWith("/")) {
            return Optional.of(Path.of(state, "culvert"));
        }
        return home.startsWith("/")
                ? Optional.of(Path.of(home, ".local", "state", "culvert"))
                : Optional.empty();
    }
}
