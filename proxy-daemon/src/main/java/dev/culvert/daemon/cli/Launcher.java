package dev.culvert.daemon.cli;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.SettingsReader;
import dev.culvert.settings.Settings;
import java.nio.file.Path;
import java.util.Optional;

/** Runs the daemon until it has stopped. */
@FunctionalInterface
public interface Launcher {

    /**
     * Returns the exit code.
     *
     * @param again reads file, environment and flags again, for a reload
     * @param file the settings file, if there is one
     * @throws Exception when the daemon cannot run; the user sees only its message
     */
    int run(Settings<DaemonSettings> settings, SettingsReader again, Optional<Path> file)
            throws Exception;
}
