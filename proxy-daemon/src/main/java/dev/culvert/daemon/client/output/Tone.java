package dev.culvert.daemon.client.output;

/** The few colours that mean something, on a terminal only. */
public enum Tone {
    PLAIN(""),
    GOOD("\u001B[32m"),
    CAUTION("\u001B[33m"),
    BAD("\u001B[31m"),
    FAINT("\u001B[2m"),
    STRONG("\u001B[1m");

    private static final String OFF = "\u001B[0m";

    private final String on;

    Tone(String on) {
        this.on = on;
    }

    String on(String text) {
        return this == PLAIN ? text : on + text + OFF;
    }
}
