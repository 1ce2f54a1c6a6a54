package dev.culvert.daemon.reach;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.FleetListener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tunnels that are open, and closes those that would be refused now: of an agent that has left
 * the fleet or its tenant, or that the settings allow no longer. Safe for all threads.
 */
final class OpenTunnels implements FleetListener {
    private static final Logger LOG = LoggerFactory.getLogger(OpenTunnels.class);

    private final Predicate<Agent> isThere;
    private final Map<Agent, Map<Channel, BooleanSupplier>> ofAgents = new ConcurrentHashMap<>();

    /**
     * @param isThere whether the fleet has the agent
     */
    OpenTunnels(Predicate<Agent> isThere) {
        this.isThere = isThere;
    }

    /**
     * A tunnel has opened. Closes it if the agent has changed since the tunnel was asked for.
     *
     * @param tenant of the agent when the tunnel was asked for
     * @param isAllowed whether the settings that are in force allow it
     */
    void add(Agent agent, String tenant, Channel tunnel, BooleanSupplier isAllowed) {
        BooleanSupplier mayStay =
                () ->
                        isThere.test(agent)
                                && tenant.equals(agent.tenant())
                                && isAllowed.getAsBoolean();
        ofAgents.compute(
                agent,
                (_, before) -> {
                    Map<Channel, BooleanSupplier> its =
                            before == null ? new ConcurrentHashMap<>() : before;
                    its.put(tunnel, mayStay);
                    return its;
                });
        tunnel.closeFuture().addListener(_ -> remove(agent, tunnel));
        if (!mayStay.getAsBoolean()) {
            close(tunnel);
        }
    }

    private void remove(Agent agent, Channel tunnel) {
        ofAgents.computeIfPresent(
                agent,
                (_, its) -> {
                    its.remove(tunnel);
                    return its.isEmpty() ? null : its;
                });
    }

    @Override
    public void onRemoved(Agent agent) {
        check(agent, agent.whyGone());
    }

    @Override
    public void onTenantChanged(Agent agent, String before) {
        check(agent, "it belongs to another tenant now");
    }

    /** The settings have changed. */
    void checkAll() {
        for (Agent agent : ofAgents.keySet()) {
            check(agent, "the settings do not allow them any more");
        }
    }

    private void check(Agent agent, String why) {
        int closed = 0;
        for (Map.Entry<Channel, BooleanSupplier> it :
                ofAgents.getOrDefault(agent, Map.of()).entrySet()) {
            if (!it.getValue().getAsBoolean()) {
                close(it.getKey());
                closed++;
            }
        }
        if (closed > 0) {
            LOG.info("closed {} tunnels of the agent {}: {}", closed, agent.id(), why);
        }
    }

    /** At once: stations that would send what waits, or wait for the other side, are left out. */
    private static void close(Channel tunnel) {
        tunnel.eventLoop()
                .execute(() -> {
                    ChannelHandlerContext first = tunnel.pipeline().firstContext();
                    if (first == null) {
                        tunnel.close();
                    } else {
                        first.close();
                    }
                });
    }
}
