package dev.culvert.daemon.cli;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.SettingsReader;
import java.nio.file.Path;
import java.util.Optional;

/** Runs the daemon until it has drained. */
@FunctionalInterface
public interface Launcher {

    /**
     * Returns the exit code.
     *
     * @param again reads file, environment and flags once more, for a reload
     * @param file the settings file, where there is one
     * @throws Exception when the daemon cannot run; its message is all that the user sees of it
     */
    int run(DaemonSettings settings, SettingsReader again, Optional<Path> file) throws Exception;
}
