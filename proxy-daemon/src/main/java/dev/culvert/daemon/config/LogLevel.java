package dev.culvert.daemon.config;

/** The least urgent level that is logged. */
public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
}
