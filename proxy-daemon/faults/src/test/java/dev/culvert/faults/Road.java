package dev.culvert.faults;

/**
 * How the daemon reaches an agent, and where the relay is. If the relay half-closes a connection, a
 * monitor closes it.
 */
enum Road {
    TCP("a", "over TCP"),
    UNIX("b", "over a Unix socket"),
    /** Hybrid vsock with the relay on the host, so that faults also hit the handshake. */
    BEFORE_MONITOR("c", "before a VM's monitor"),
    /** Hybrid vsock with the relay in the VM. */
    BEHIND_MONITOR("d", "behind a VM's monitor");

    private final String agent;
    private final String words;

    Road(String agent, String words) {
        this.agent = agent;
        this.words = words;
    }

    /** The id of the agent on this road. */
    String agent() {
        return agent;
    }

    @Override
    public String toString() {
        return words;
    }
}
