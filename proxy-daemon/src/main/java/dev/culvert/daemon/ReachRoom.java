package dev.culvert.daemon;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.reach.ForwardRoute;
import dev.culvert.daemon.api.reach.ReverseRoute;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.join.TunnelDoor;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.reach.GuestTunnels;
import dev.culvert.daemon.reach.ReverseDoor;
import dev.culvert.daemon.reach.Tunnels;
import dev.culvert.link.AgentLink;
import dev.culvert.link.PeerRequests;
import dev.culvert.transport.EventLoops;
import java.util.List;
import java.util.function.Supplier;

/** The tunnels between the host and its agents, with their meters. */
final class ReachRoom {
    private final EventLoops loops;
    private final Tunnels tunnels;
    private final GuestTunnels ofGuests;
    private final ReverseDoor services;

    ReachRoom(Supplier<DaemonSettings> settings, EventLoops loops, Metrics metrics, Fleet fleet) {
        this.loops = loops;
        tunnels =
                new Tunnels(
                        () -> settings.get().reach(),
                        loops.transport(),
                        metrics.tunnels(),
                        agent -> fleet.find(agent.id()) == agent);
        fleet.listen(tunnels.ofFleet());
        ofGuests = tunnels.ofGuests();
        services = new ReverseDoor(tunnels, loops.transport(), loops.group());
        ofGuests.serve(ReverseDoor.KIND, services);
        metrics.gauge(
                "culvert.tunnels.reverse",
                "Ports of agents that lead to services of the host's side now (culvert reverse).",
                services::ports);
        metrics.gauge(
                "culvert.tunnels.open", "Tunnels that are open or being opened.", tunnels::count);
        metrics.gauge(
                "culvert.tunnels.open.max",
                "How many of these there may be (reach.max_tunnels).",
                () -> settings.get().reach().maxTunnels());
    }

    /** Where tunnels live. */
    EventLoops loops() {
        return loops;
    }

    /** What serves the agent on its home link. Called on the link's event loop. */
    PeerRequests of(Agent agent, AgentLink link) {
        return ofGuests.of(agent, link);
    }

    /** Offers something of the host to agents. */
    GuestTunnels ofGuests() {
        return ofGuests;
    }

    /** Takes the connections that agents open for tunnels. */
    TunnelDoor door() {
        return tunnels.arrivals()::onTunnel;
    }

    List<Route> routes(AgentAccess access, Admission admission) {
        return List.of(
                new ForwardRoute(access, admission, tunnels),
                new ReverseRoute(access, admission, services));
    }

    /** Opens tunnels to agents. */
    Tunnels tunnels() {
        return tunnels;
    }
}
