package dev.culvert.daemon.cli;

import dev.culvert.daemon.auth.TokenStore;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.DatabaseSettings;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.io.OwnerOnly;
import dev.culvert.settings.BadSettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the commands that make tokens find the database. */
final class TokenPlace {
    /** The StateDirectory of the package's unit, which a shell does not know. */
    private static final Path OF_THE_UNIT = Path.of("/var/lib/culvert");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The settings file. Default: the one that serve would read.")
    private @Nullable Path config;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = {
                "The directory of the daemon's state. Default: state_dir of the settings, else",
                "/var/lib/culvert if it exists."
            })
    private @Nullable Path stateDir;

    /** The settings that serve would read. */
    DaemonSettings settings(Layers layers) throws BadSettingsException {
        return layers.read(Map.of(), layers.file(config)).value();
    }

    /**
     * The tokens of a daemon.
     *
     * @param where they are, for people
     */
    record Found(Tokens tokens, String where) {}

    /** The tokens in the database; the {@code state_dir} is created if it is missing. */
    Found find(DaemonSettings settings) throws IOException {
        Optional<String> server = settings.database().url().filter(_ -> stateDir == null);
        Path directory = server.isPresent() ? Path.of("") : directory(settings);
        if (server.isEmpty()) {
            OwnerOnly.createDirectories(directory);
        }
        TokenStore store =
                server.isPresent()
                        ? StateDir.tokensOn(settings.database())
                        : StateDir.tokensIn(directory);
        Tokens tokens = new Tokens(store, settings::auth, InstantSource.system());
        tokens.load();
        return new Found(tokens, server.map(DatabaseSettings::name).orElse(directory.toString()));
    }

    private Path directory(DaemonSettings settings) throws IOException {
        if (stateDir != null) {
            return stateDir;
        }
        if (settings.stateDir().isPresent()) {
            return settings.stateDir().get();
        }
        if (Files.isDirectory(OF_THE_UNIT)) {
            return OF_THE_UNIT;
        }
        throw new IOException(
                "there is no state_dir, so no token can be stored: set state_dir in the settings,"
                        + " or give --state-dir");
    }
}
