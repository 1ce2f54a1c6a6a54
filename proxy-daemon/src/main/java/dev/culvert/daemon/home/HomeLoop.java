package dev.culvert.daemon.home;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.link.LinkDialer;
import io.netty.channel.EventLoop;
import java.util.function.Supplier;

/**
 * What the home links of one event loop share.
 *
 * @param settings those in force now; a reload changes them
 */
record HomeLoop(EventLoop loop, LinkDialer dialer, Fleet fleet, Supplier<DaemonSettings> settings) {
    /** The loop's own clock. */
    long nanoTime() {
        return loop.ticker().nanoTime();
    }
}
