package dev.culvert.daemon.client.console;

import java.io.IOException;
import java.util.List;

/** The names of what there is now. */
public interface Names {
    /** What an argument names that is an agent. */
    String AGENT = "AGENT";

    /**
     * Asks for them; blocks.
     *
     * @param label of an argument, such as {@code AGENT}
     * @return nothing if it names nothing that can be listed
     */
    List<String> of(String label) throws IOException;
}
