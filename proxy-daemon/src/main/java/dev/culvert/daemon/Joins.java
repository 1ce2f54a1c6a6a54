package dev.culvert.daemon;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.MemorySettings;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.join.Arrivals;
import dev.culvert.daemon.join.ConnectRoute;
import dev.culvert.daemon.join.JoinPipeline;
import dev.culvert.daemon.join.TunnelDoor;
import dev.culvert.daemon.join.Waiting;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.identity.Refused;
import dev.culvert.io.Account;
import dev.culvert.io.Share;
import dev.culvert.io.Workers;
import dev.culvert.link.Trunk;
import dev.culvert.link.Trunks;
import dev.culvert.road.Road;
import dev.culvert.transport.EventLoops;
import io.netty.channel.ChannelHandler;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What agents that dial in use: their sockets, and what their connections become. */
final class Joins {
    private static final String STOPPING = "the daemon is stopping";

    /** A daemon that stops may be back soon. */
    private static final int COME_BACK_SECONDS = 1;

    private final Waiting waiting;
    private final Trunks trunks;
    private final Arrivals arrivals;
    private final Share share;
    private final EventLoops loops;

    /** Reached by nobody until the sockets are opened. */
    Joins(
            EventLoops loops,
            Supplier<DaemonSettings> settings,
            Account account,
            Metrics metrics,
            Workers files) {
        this.loops = loops;
        waiting = new Waiting(() -> settings.get().join(), metrics.joins(), files::waiting);
        trunks = new Trunks(loops.group(), () -> settings.get().link(), metrics.links());
        arrivals = new Arrivals(trunks);
        share =
                account.share(
                        "agents that have not said who they are",
                        MemorySettings.BODY_SHARE,
                        () -> settings.get().memory().bodyShare());
        new Meters(metrics, settings).of(waiting);
    }

    /** Makes the connection of an agent that has proved who it is its link. */
    Arrivals arrivals() {
        return arrivals;
    }

    /**
     * The stations of a connection.
     *
     * @param tunnels takes connections that begin with a tunnel
     * @param handshakes makes the one that finds out whose it is, and tells {@link #arrivals}
     */
    JoinPipeline pipeline(TunnelDoor tunnels, Supplier<ChannelHandler> handshakes) {
        return new JoinPipeline(trunks, waiting, share, tunnels, handshakes);
    }

    /** The sockets besides those of clients. */
    JoinListeners listeners(JoinPipeline pipeline, Listeners clients) {
        return new JoinListeners(loops, pipeline, clients);
    }

    /** The routes, and the one that makes a connection of HTTP one of an agent. */
    List<Route> with(List<Route> routes, JoinPipeline pipeline, Admission admission) {
        return Stream.concat(
                        routes.stream(), Stream.of(new ConnectRoute(pipeline, waiting, admission)))
                .toList();
    }

    /** Tells the agents that have dialled in that the daemon stops, and closes their links. */
    static void dismiss(Fleet fleet) {
        fleet.all()
                .forEach(agent -> {
                    Trunk trunk = agent.road() instanceof Road.Incoming road ? road.trunk() : null;
                    if (trunk != null) {
                        Refused last =
                                new Refused(
                                        "draining", "The daemon is stopping.", COME_BACK_SECONDS);
                        trunk.close(last.frame(), STOPPING);
                    }
                });
    }
}
