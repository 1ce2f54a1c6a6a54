package dev.culvert.daemon.operations;

import java.util.Locale;

/** What an operation does to the world. */
public enum Effect {
    /** Nothing is different afterwards. */
    READ,

    /** Something is different afterwards, and can be made as before. */
    CHANGE,

    /** Something is gone afterwards. */
    DESTROY;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
