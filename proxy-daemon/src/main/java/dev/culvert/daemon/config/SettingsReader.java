package dev.culvert.daemon.config;

import dev.culvert.settings.BadSettingsException;

/** Reads the settings anew from where they first came from, for a reload. */
@FunctionalInterface
public interface SettingsReader {

    /** Reads files: not for an event loop. */
    DaemonSettings read() throws BadSettingsException;
}
