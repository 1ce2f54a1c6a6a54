package dev.culvert.guest.tunnel;

import dev.culvert.tunnel.TunnelRefusal;
import dev.culvert.tunnel.TunnelRefusal.Code;
import org.jspecify.annotations.Nullable;

/** How many tunnels there are, and may be. Confined to the event loop. */
final class TunnelCount {
    private final int most;
    private int open;

    TunnelCount(int most) {
        this.most = most;
    }

    /** Why there is no room for one more; null if there is, and then {@link #leave} must follow. */
    @Nullable TunnelRefusal enter() {
        if (open >= most) {
            return Code.TOO_MANY.because(
                    "The agent has "
                            + open
                            + " tunnels open, the most that may be (--max-tunnels).");
        }
        open++;
        return null;
    }

    int open() {
        return open;
    }

    void leave() {
        open--;
    }
}
