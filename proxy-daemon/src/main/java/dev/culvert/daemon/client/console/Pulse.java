package dev.culvert.daemon.client.console;

import java.io.IOException;

/** Says how the daemon is, for the line below the prompt. */
public interface Pulse {
    /**
     * How it is.
     *
     * @param daemon its address
     * @param ready how many agents are ready
     * @param agents how many there are
     * @param running how many turns run
     */
    record Beat(String daemon, long ready, long agents, long running) {}

    /** Asks it; blocks. */
    Beat beat() throws IOException;
}
