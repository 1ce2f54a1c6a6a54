package dev.culvert.daemon.cluster;

import dev.culvert.daemon.cluster.HostView.State;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All hosts that this one knows, and itself. For all threads. */
public final class Cluster {
    private final Supplier<ClusterHost> self;
    private final @Nullable Membership membership;

    /**
     * @param membership null without a cluster
     */
    public Cluster(Supplier<ClusterHost> self, @Nullable Membership membership) {
        this.self = self;
        this.membership = membership;
    }

    /** Null without a cluster. */
    public @Nullable Membership membership() {
        return membership;
    }

    /** All hosts, by name. */
    public List<HostView> views() {
        ClusterHost host = self.get();
        HostView own =
                new HostView(
                        host, host.draining() ? State.DRAINING : State.ONLINE, true, Duration.ZERO);
        Stream<HostView> others =
                membership == null ? Stream.empty() : membership.others().stream();
        return Stream.concat(Stream.of(own), others)
                .sorted(Comparator.comparing(view -> view.host().name()))
                .toList();
    }
}
