package dev.culvert.daemon.config;

/** The least urgent lines that are logged. */
public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
}
