package dev.culvert.daemon.reach;

import dev.culvert.tunnel.TunnelRefusal;

/** Counts tunnels. Called on many event loops at once. */
public interface TunnelObserver {
    TunnelObserver NONE = new TunnelObserver() {};

    /** Who asked for a tunnel. */
    enum Side {
        HOST,
        GUEST
    }

    default void onOpened(Side side) {}

    default void onRefused(Side side, TunnelRefusal.Code code) {}

    /** Bytes came from a guest. */
    default void onReceived(int bytes) {}

    /** Bytes went to a guest. */
    default void onSent(int bytes) {}
}
