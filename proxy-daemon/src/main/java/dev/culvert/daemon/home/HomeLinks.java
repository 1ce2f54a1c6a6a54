package dev.culvert.daemon.home;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.link.AgentLink;
import dev.culvert.link.Failure;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The home links of all agents, spread over the event loops. Called on any thread. */
public final class HomeLinks implements FleetListener {
    private record Home(HomeLink link, EventLoop loop) {}

    private final List<HomeLoop> loops = new ArrayList<>();
    private final Map<Agent, Home> homes = new ConcurrentHashMap<>();
    private final AtomicInteger nextLoop = new AtomicInteger();

    /**
     * @param served is told of each home link, on its event loop, to serve what its agent asks for
     */
    public HomeLinks(
            EventLoopGroup eventLoops,
            Fleet fleet,
            Supplier<DaemonSettings> settings,
            BiConsumer<Agent, AgentLink> served) {
        for (EventExecutor executor : eventLoops) {
            loops.add(new HomeLoop((EventLoop) executor, fleet, settings, served));
        }
    }

    @Override
    public void onAdded(Agent agent) {
        HomeLoop loop = loops.get(Math.floorMod(nextLoop.getAndIncrement(), loops.size()));
        HomeLink link = new HomeLink(agent, loop, new SplittableRandom());
        homes.put(agent, new Home(link, loop.loop()));
        loop.loop().execute(link::begin);
    }

    @Override
    public void onRemoved(Agent agent) {
        Home home = homes.remove(agent);
        if (home != null) {
            home.loop.execute(() -> home.link.stop(agent.whyGone()));
        }
    }

    @Override
    public void onReconfigured(Agent agent) {
        push(agent, _ -> {});
    }

    /** Closes them all without reporting any agent as unreachable. */
    public void close() {
        homes.forEach(
                (_, home) -> home.loop.execute(() -> home.link.stop("the daemon is stopping")));
    }

    /** Somebody needs the agent: if it has no link, it is dialled now instead of after its wait. */
    public void nudge(Agent agent) {
        Home home = homes.get(agent);
        if (home != null) {
            home.loop.execute(home.link::nudge);
        }
    }

    /**
     * Parks the turns of the agent for at most that long, or lets them go on, and tells {@code
     * listener} on some loop.
     *
     * @param request null to let them go on
     */
    public void quiesce(
            Agent agent, @Nullable QuiesceRequest request, Consumer<QuiesceResult> listener) {
        Home home = homes.get(agent);
        if (home == null) {
            listener.accept(
                    new QuiesceResult.Failed(new Failure.Unreachable("the agent was removed")));
        } else {
            home.loop.execute(() -> home.link.quiesce(request, listener));
        }
    }

    /** What the agent is to have now. */
    public Wanted wanted(Agent agent) {
        return new Wanted(agent.desired(), loops.getFirst().policies(agent));
    }

    /** Brings each agent what a reload has changed of it: the policies above it. */
    public void pushAll() {
        homes.values().forEach(home -> home.loop.execute(() -> home.link.push(_ -> {})));
    }

    /** Brings the desired configuration to the agent, and tells {@code listener} on some loop. */
    public void push(Agent agent, Consumer<PushResult> listener) {
        Home home = homes.get(agent);
        if (home == null) {
            Desired desired = agent.desired();
            listener.accept(new PushResult.Pending(desired == null ? 0 : desired.revision()));
        } else {
            home.loop.execute(() -> home.link.push(listener::accept));
        }
    }
}
