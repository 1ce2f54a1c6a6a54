package dev.culvert.guest.tunnel;

import dev.culvert.tunnel.TunnelRefusal;

/** Is told once whether a port of the VM takes a connection. */
interface LocalListener {
    /** The end is the listener's: it gives it a tunnel or closes it. */
    void onReady(LocalEnd end);

    void onRefused(TunnelRefusal refusal);
}
