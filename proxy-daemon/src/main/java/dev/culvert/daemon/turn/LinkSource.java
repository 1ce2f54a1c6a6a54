package dev.culvert.daemon.turn;

import dev.culvert.link.DialListener;
import dev.culvert.pool.Lane;
import dev.culvert.transport.AgentAddress;
import io.netty.channel.EventLoop;

/** Where links come from: {@link dev.culvert.pool.LinkPool#acquire the pool}. */
interface LinkSource {
    /** Called on {@code loop}, and so is the listener, perhaps before this returns. */
    void acquire(EventLoop loop, AgentAddress address, Lane lane, DialListener listener);
}
