package dev.culvert.daemon;

import dev.culvert.daemon.api.approvals.ApprovalRoute;
import dev.culvert.daemon.api.approvals.ApprovalsRoute;
import dev.culvert.daemon.approvals.AgentApprovals;
import dev.culvert.daemon.approvals.ApprovalListener;
import dev.culvert.daemon.approvals.ApprovalUpkeep;
import dev.culvert.daemon.approvals.Approvals;
import dev.culvert.daemon.approvals.HostApprovals;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.io.Workers;
import dev.culvert.link.AgentLink;
import dev.culvert.link.PeerRequests;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The calls that somebody has to approve, with their routes and their meters. */
final class ApprovalRoom implements AutoCloseable {
    private static final double MILLIS = 1000.0;

    private final Approvals approvals;
    private final Supplier<DaemonSettings> settings;
    private final Workers workers;
    private @Nullable ApprovalsRoute watchers;

    /**
     * Reads the store. Blocks.
     *
     * @param workers do what blocks
     * @param loops one of them lets approvals expire
     */
    ApprovalRoom(
            Kept kept,
            Supplier<DaemonSettings> settings,
            Metrics metrics,
            Workers workers,
            EventLoopGroup loops)
            throws IOException {
        this.settings = settings;
        this.workers = workers;
        approvals =
                new Approvals(
                        kept.stores().approvals(),
                        kept.decisions(),
                        () -> settings.get().approvals(),
                        metrics.approvals(),
                        InstantSource.system());
        approvals.restore();
        new ApprovalUpkeep(approvals, loops.next(), workers).begin();
        measure(metrics);
    }

    private void measure(Metrics metrics) {
        metrics.gauge(
                "culvert.approvals.pending",
                "Calls of tools that wait for somebody's decision.",
                approvals::pending);
        metrics.gauge(
                "culvert.approvals.pending.max",
                "How many of these there may be (approvals.max_pending).",
                () -> approvals.settings().maxPending());
        metrics.gauge(
                "culvert.approvals.oldest.seconds",
                "How long the call waits that waits longest; 0 if none does.",
                () -> approvals.longestWait().toMillis() / MILLIS);
        metrics.gauge(
                "culvert.approvals.kept.bytes",
                "Bytes that the approvals take that are kept, decided or not.",
                approvals::keptBytes);
        metrics.gauge(
                "culvert.approvals.kept.bytes.max",
                "How many bytes there may be of these (approvals.max_kept_bytes).",
                () -> approvals.settings().maxKeptBytes());
    }

    /** What serves the agent on its home link. Called on the link's event loop. */
    PeerRequests of(Agent agent, AgentLink link) {
        return AgentApprovals.of(approvals, agent, link, workers);
    }

    /** For what the daemon itself has somebody decide. */
    HostApprovals ofTheHost() {
        return new HostApprovals(approvals);
    }

    /** Tells {@code listener} of each approval that is new or has changed. */
    void listen(ApprovalListener listener) {
        approvals.listen(listener);
    }

    List<Route> routes(Admission admission, OffLoop offLoop) {
        ApprovalsRoute list = new ApprovalsRoute(approvals, admission, settings);
        watchers = list;
        return List.of(list, new ApprovalRoute(approvals, offLoop));
    }

    /** Ends the streams of those who watch. */
    @Override
    public void close() {
        if (watchers != null) {
            watchers.close();
        }
    }
}
