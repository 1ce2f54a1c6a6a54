package dev.culvert.guest.tunnel;

import dev.culvert.tunnel.TunnelOpening;

/** Opens connections to the host that the guest dials. */
public interface HostDialer {
    /**
     * Opens one for {@code opening}, whose listener is told how that ended. Called on the event
     * loop.
     */
    void dial(TunnelOpening opening);
}
