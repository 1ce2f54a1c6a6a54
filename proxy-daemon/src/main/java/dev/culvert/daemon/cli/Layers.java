package dev.culvert.daemon.cli;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Node;
import dev.culvert.settings.Position;
import dev.culvert.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The sources of settings: flags, the environment, a file, and the directories of systemd. */
final class Layers {
    private static final String PREFIX = "CULVERT_";

    /** Set by {@code StateDirectory=} of a unit: directories, separated by colons. */
    private static final String STATE_DIRECTORY = "STATE_DIRECTORY";

    /** Of the package. */
    private static final String FLOWS_DIRECTORY = "/etc/culvert/flows";

    /** Set by {@code RuntimeDirectory=} of a unit: directories, separated by colons. */
    private static final String RUNTIME_DIRECTORY = "RUNTIME_DIRECTORY";

    /** Set where somebody has logged in: a directory of this user. */
    private static final String OF_USER = "XDG_RUNTIME_DIR";

    private final Map<String, String> environment;
    private final Path defaultFile;

    /**
     * @param defaultFile read if it exists and no other file is named
     */
    Layers(Map<String, String> environment, Path defaultFile) {
        this.environment = environment;
        this.defaultFile = defaultFile;
    }

    /** The settings file: {@code named}, else that of the environment, else the default one. */
    Optional<Path> file(@Nullable Path named) {
        if (named != null) {
            return Optional.of(named);
        }
        String variable = environment.get(PREFIX + "CONFIG");
        if (variable != null) {
            return Optional.of(Path.of(variable));
        }
        return Optional.of(defaultFile).filter(Files::exists);
    }

    /** Where the user's own settings of the command culvert are (XDG Base Directory). */
    Path folderOfUser() {
        String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path home =
                config.startsWith("/")
                        ? Path.of(config)
                        : Path.of(environment.getOrDefault("HOME", "/"), ".config");
        return home.resolve("culvert");
    }

    /** Reads all layers. Flags override the environment, which overrides the file. */
    Settings<DaemonSettings> read(Map<String, Node> flags, Optional<Path> file)
            throws BadSettingsException {
        List<Layer> layers = new ArrayList<>();
        layers.add(flags::get);
        layers.add(Layer.environment(PREFIX, environment));
        if (file.isPresent()) {
            layers.add(Layer.file(file.get()));
        }
        layers.add(ofSystemd());
        return Settings.read(layers, DaemonSettings::read);
    }

    /** The last layer: any setting overrides the directories of the unit or of the user. */
    private Layer ofSystemd() {
        Map<String, Node> nodes = new HashMap<>();
        directory(STATE_DIRECTORY)
                .ifPresent(it -> {
                    nodes.put("state_dir", Node.plain(from(STATE_DIRECTORY), it));
                    nodes.put("flows_dir", Node.plain(from(STATE_DIRECTORY), FLOWS_DIRECTORY));
                });
        directory(RUNTIME_DIRECTORY)
                .map(it -> socket(RUNTIME_DIRECTORY, it + "/admin.sock"))
                .or(() -> directory(OF_USER).map(it -> socket(OF_USER, it + "/culvert/admin.sock")))
                .ifPresent(it -> nodes.put("admin.listen", it));
        return nodes::get;
    }

    private Optional<String> directory(String variable) {
        return Optional.ofNullable(environment.get(variable))
                .map(it -> it.split(":", 2)[0])
                .filter(it -> !it.isEmpty());
    }

    private static Node socket(String variable, String path) {
        Position from = from(variable);
        return new Node.Items(from, List.of(Node.plain(from, "unix://" + path)));
    }

    private static Position from(String variable) {
        return Position.of("environment " + variable);
    }
}
