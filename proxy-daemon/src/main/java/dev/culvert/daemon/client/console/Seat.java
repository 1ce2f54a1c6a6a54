package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.chat.Speaker;
import java.io.IOException;
import java.util.Optional;

/** Where somebody sits who can stop things and be asked; in a script, nobody does. */
interface Seat {
    /** Something that takes a while. */
    interface Work {
        /** Returns the exit code. */
        int run(Stop stop) throws IOException;
    }

    /** Does it, and stops it when the user wants that. */
    int run(Work work) throws IOException;

    /** Says something to an agent, which may be stopped as well. */
    int talk(Speaker speaker, String words) throws IOException;

    /** Whether the user agrees; only while {@link #run} runs. */
    boolean agrees(String question, Stop stop);

    /** Whether there is a terminal. */
    boolean isTerminal();

    /** Where one text is drawn over the one before; empty if that is not possible. */
    Optional<Frames> frames();

    /** How things are, in one line. */
    String status();

    /** Clears the screen, if there is one. */
    void clear();

    /** Puts a text to the next prompt. */
    void prefill(String text);
}
