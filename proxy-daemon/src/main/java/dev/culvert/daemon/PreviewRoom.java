package dev.culvert.daemon;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.reach.AgentPreviewsRoute;
import dev.culvert.daemon.api.reach.PreviewRoute;
import dev.culvert.daemon.api.reach.PreviewUrls;
import dev.culvert.daemon.api.reach.PreviewsRoute;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.front.preview.HostRoute;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.OtherHosts;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.previews.PreviewStore;
import dev.culvert.daemon.previews.Previews;
import dev.culvert.daemon.reach.Tunnels;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The links that show ports of agents in browsers, with their hosts and their meters. */
final class PreviewRoom {
    private final Previews previews;
    private final Supplier<DaemonSettings> settings;

    /** Reads the store. Blocks. */
    PreviewRoom(PreviewStore store, Supplier<DaemonSettings> settings, Auth auth, Metrics metrics)
            throws IOException {
        this.settings = settings;
        previews =
                new Previews(
                        store,
                        () -> settings.get().preview(),
                        auth.callers(),
                        InstantSource.system());
        previews.load();
        auth.tokens().listen(previews::check);
        metrics.gauge("culvert.previews.open", "Previews whose links are valid.", previews::count);
        metrics.gauge("culvert.previews.listed", "Previews that are listed.", previews.all()::size);
        metrics.gauge(
                "culvert.previews.listed.max",
                "How many there may be (preview.max).",
                () -> settings.get().preview().max());
        metrics.gauge(
                "culvert.previews.connections",
                "Connections that show a preview now.",
                previews::connections);
    }

    /**
     * These routes, and what clients can ask of previews.
     *
     * @param listeners where clients reach the daemon
     */
    List<Route> with(
            List<Route> others,
            AgentAccess access,
            Admission admission,
            OffLoop offLoop,
            Supplier<List<AgentAddress>> listeners) {
        List<Route> own =
                List.of(
                        new AgentPreviewsRoute(
                                access,
                                admission,
                                previews,
                                new PreviewUrls(previews, settings, listeners),
                                offLoop),
                        new PreviewsRoute(previews),
                        new PreviewRoute(previews, offLoop));
        return Stream.concat(others.stream(), own.stream()).toList();
    }

    /** The hosts of previews. */
    OtherHosts hosts(Fleet fleet, Tunnels tunnels, Admission admission) {
        return new OtherHosts(
                () -> settings.get().preview().domain(),
                new HostRoute(previews, fleet::find, tunnels, admission));
    }
}
