package dev.culvert.daemon.home;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.HomeSettings;
import dev.culvert.daemon.config.TimeoutSettings;
import dev.culvert.daemon.config.ToolPolicy;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * One event loop, as the home links on it use it: its clock and timers, and the links that it
 * opens.
 *
 * @param fleet is told how agents are
 * @param current the settings in force now; a reload changes them
 * @param served is told of each home link, to serve what its agent asks for
 */
record HomeLoop(
        EventLoop loop,
        Fleet fleet,
        Supplier<DaemonSettings> current,
        BiConsumer<Agent, AgentLink> served) {

    /** Tells the listener, on this loop, what became of the dial. */
    void dial(Agent agent, DialListener listener) {
        agent.road().homeLink(loop, listener);
    }

    /** The loop's own clock, in nanoseconds. */
    long nanoTime() {
        return loop.ticker().nanoTime();
    }

    Future<?> schedule(Runnable task, long nanos) {
        return loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    HomeSettings settings() {
        return current.get().home();
    }

    /** The policies above that of the agent's own configuration, the highest level first. */
    List<ToolPolicy> policies(Agent agent) {
        return current.get().tools().of(agent.tenant(), agent.id());
    }

    TimeoutSettings timeouts() {
        return current.get().timeouts();
    }
}
