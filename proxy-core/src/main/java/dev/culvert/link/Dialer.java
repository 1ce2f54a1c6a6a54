package dev.culvert.link;

import dev.culvert.transport.AgentAddress;

/** Opens links to agents on one event loop. */
@FunctionalInterface
public interface Dialer {
    /** Tells {@code listener}, on the event loop, of the new link or why there is none. */
    void dial(AgentAddress address, DialListener listener);
}
