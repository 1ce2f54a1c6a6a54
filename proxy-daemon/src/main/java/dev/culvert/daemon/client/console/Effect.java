package dev.culvert.daemon.client.console;

/** What a command does, the least first. */
public enum Effect {
    /** It changes nothing. */
    READ,

    /** It changes files of this user on this machine, and nothing else. */
    LOCAL,

    /** It changes something at the daemon or beyond it. */
    CHANGE,

    /** It takes something away that does not come back. */
    DESTROY
}
