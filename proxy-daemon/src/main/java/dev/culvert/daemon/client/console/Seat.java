package dev.culvert.daemon.client.console;

import java.io.IOException;

/** Where somebody sits who can stop things and be asked; in a script, nobody does. */
interface Seat {
    /** Something that takes a while. */
    interface Work {
        /** Returns the exit code. */
        int run(Stop stop) throws IOException;
    }

    /** Does it, and stops it when the user wants that. */
    int run(Work work) throws IOException;

    /** Whether the user agrees; only while {@link #run} runs. */
    boolean agrees(String question, Stop stop);

    /** Whether there is a terminal. */
    boolean isTerminal();

    /** Clears the screen, if there is one. */
    void clear();

    /** Puts a text to the next prompt. */
    void prefill(String text);
}
