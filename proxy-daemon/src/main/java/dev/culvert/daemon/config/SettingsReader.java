package dev.culvert.daemon.config;

import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Settings;

/** Reads the settings again from their sources, for a reload. */
@FunctionalInterface
public interface SettingsReader {

    /** Reads files: not for an event loop. */
    Settings<DaemonSettings> read() throws BadSettingsException;
}
