package dev.culvert.faults;

/**
 * How the daemon comes to an agent, and where on the way the relay stands. What the relay
 * half-closes a monitor closes.
 */
enum Road {
    TCP("a", "over TCP"),
    UNIX("b", "over a Unix socket"),
    /** Hybrid vsock, broken on the host, its handshake included. */
    BEFORE_MONITOR("c", "before a VM's monitor"),
    /** Hybrid vsock, broken in the VM. */
    BEHIND_MONITOR("d", "behind a VM's monitor");

    private final String agent;
    private final String words;

    Road(String agent, String words) {
        this.agent = agent;
        this.words = words;
    }

    /** The id of the agent that is reached so. */
    String agent() {
        return agent;
    }

    @Override
    public String toString() {
        return words;
    }
}
