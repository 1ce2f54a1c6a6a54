package dev.culvert.faults;

/**
 * How the daemon and an agent reach each other, and where the relay is. If the relay half-closes a
 * connection, a monitor closes it.
 */
enum Road {
    TCP("a", "over TCP"),
    UNIX("b", "over a Unix socket"),
    /** Hybrid vsock with the relay on the host, so that faults also hit the handshake. */
    BEFORE_MONITOR("c", "before a VM's monitor"),
    /** Hybrid vsock with the relay in the VM. */
    BEHIND_MONITOR("d", "behind a VM's monitor"),
    /** The agent dials in over a WebSocket. */
    JOINS_BY_WEBSOCKET("e", "dialled in over a WebSocket"),
    /** The agent dials in over TCP. */
    JOINS_BY_TCP("f", "dialled in over TCP"),
    /** The agent dials its host, whose monitor connects to the daemon. The relay is in the VM. */
    JOINS_FROM_VM("g", "dialled in from a VM");

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

    /** Whether the daemon opens the connections. If not, the agent does. */
    boolean isDialled() {
        return switch (this) {
            case TCP, UNIX, BEFORE_MONITOR, BEHIND_MONITOR -> true;
            case JOINS_BY_WEBSOCKET, JOINS_BY_TCP, JOINS_FROM_VM -> false;
        };
    }

    @Override
    public String toString() {
        return words;
    }
}
