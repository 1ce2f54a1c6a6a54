package dev.culvert.daemon;

import dev.culvert.about.Version;
import dev.culvert.daemon.api.admin.HealthRoute.Readiness;
import dev.culvert.daemon.api.hosts.HostRoute;
import dev.culvert.daemon.api.hosts.HostsRoute;
import dev.culvert.daemon.api.operations.RecordedRoute;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.cluster.Cluster;
import dev.culvert.daemon.cluster.ClusterHost;
import dev.culvert.daemon.cluster.ClusterObserver;
import dev.culvert.daemon.cluster.Membership;
import dev.culvert.daemon.cluster.Membership.State;
import dev.culvert.daemon.cluster.SharedTokens;
import dev.culvert.daemon.config.ClusterSettings;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.operations.Runs;
import dev.culvert.registry.Registry;
import dev.culvert.registry.RegistryTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The hosts of a cluster, with their routes and meters. Without a cluster there is this one. */
final class ClusterRoom implements AutoCloseable {
    /** In the jar culvert-nats. No class of it is loaded without a cluster. */
    private static final String NATS = "dev.culvert.nats.NatsRegistry";

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
    private static final String ALONE = "localhost";

    private final String epoch = UUID.randomUUID().toString();
    private final Instant started = Instant.now();
    private final Local local;
    private final Cluster cluster;

    /** What this host says of itself. */
    record Local(BooleanSupplier draining, IntSupplier agents, IntSupplier turns) {}

    /**
     * Says nothing before {@link #begin}.
     *
     * @throws IOException a sentence, when the settings have a cluster of which this host cannot be
     */
    ClusterRoom(ClusterSettings settings, Local local, Tokens tokens, Metrics metrics)
            throws IOException {
        this.local = local;
        String name = settings.name().orElseGet(ClusterRoom::machine);
        if (settings.isOn() && (!ClusterSettings.isName(name) || name.equals(ALONE))) {
            throw new IOException(
                    "cluster.name is missing, and the machine has no name that can be used: set it, such as \"host-1\"");
        }
        String known = ClusterSettings.isName(name) ? name : ALONE;
        String url = settings.url().orElse("");
        ClusterObserver observer = observer(metrics);
        SharedTokens shared = settings.isOn() ? new SharedTokens(settings, tokens, observer) : null;
        Membership membership =
                shared == null
                        ? null
                        : new Membership(
                                settings,
                                registry(settings, known),
                                () -> self(known, url),
                                observer,
                                System::nanoTime,
                                List.of(shared));
        metrics.gauge(
                "culvert.cluster.tokens",
                "Tokens that the registry of the cluster has; 0 without a cluster.",
                () -> shared == null ? 0 : shared.size());
        cluster = new Cluster(() -> self(known, url), membership);
        measure(metrics, settings, membership);
    }

    /* Java would ask the resolver, which may be slow. */
    private static String machine() {
        try {
            return Files.readString(HOSTNAME).strip();
        } catch (IOException _) {
            return ALONE;
        }
    }

    private ClusterHost self(String name, String url) {
        return new ClusterHost(
                name,
                url,
                Version.text(),
                epoch,
                local.draining().getAsBoolean(),
                started,
                local.agents().getAsInt(),
                local.turns().getAsInt());
    }

    private static Registry registry(ClusterSettings settings, String name) throws IOException {
        ClusterSettings.Login login = settings.login();
        RegistryTarget target =
                new RegistryTarget(
                        name,
                        settings.servers(),
                        login.user(),
                        login.password(),
                        login.credentials(),
                        login.ca(),
                        TIMEOUT);
        try {
            return Class.forName(NATS)
                    .asSubclass(Registry.class)
                    .getConstructor(RegistryTarget.class)
                    .newInstance(target);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IOException(
                    "cluster.servers is set, and this build of culvertd lacks the jar culvert-nats: install the package of culvertd again",
                    e);
        }
    }

    private static ClusterObserver observer(Metrics metrics) {
        Runnable updates =
                metrics.counter(
                        "culvert.cluster.updates",
                        "Changes of other hosts and their tokens that the registry has told.");
        Runnable refused =
                metrics.counter(
                        "culvert.cluster.entries.refused",
                        "Entries of the registry that could not be read, or that are too many"
                                + " (cluster.max_hosts, 10,000 tokens).");
        Runnable failures =
                metrics.counter(
                        "culvert.cluster.failures",
                        "How often the registry of the cluster could not be reached, or was lost.");
        return new ClusterObserver() {
            @Override
            public void onUpdate() {
                updates.run();
            }

            @Override
            public void onRefused() {
                refused.run();
            }

            @Override
            public void onFailure() {
                failures.run();
            }
        };
    }

    private static void measure(
            Metrics metrics, ClusterSettings settings, @Nullable Membership membership) {
        metrics.gauge(
                "culvert.cluster.hosts",
                "Hosts of the cluster that this one knows, and itself; 0 without a cluster.",
                () -> membership == null ? 0 : membership.size() + 1);
        metrics.gauge(
                "culvert.cluster.hosts.max",
                "How many other hosts are known, at most (cluster.max_hosts).",
                settings::maxHosts);
        metrics.gauge(
                "culvert.cluster.connected",
                "1 while this host is in the registry of its cluster; 0 without a cluster.",
                () -> membership != null && membership.now().state() == State.MEMBER ? 1 : 0);
        metrics.gauge(
                "culvert.cluster.ready",
                "1 once this host has read the registry of its cluster; 0 without a cluster.",
                () -> membership != null && membership.isReady() ? 1 : 0);
        metrics.gauge(
                "culvert.cluster.heartbeat.age.seconds",
                "Time since this host last said in the registry that it is there; 0 without a"
                        + " cluster.",
                () -> membership == null ? 0 : membership.silence().toMillis() / 1_000.0);
    }

    /** Whether this host takes work. */
    Readiness readiness() {
        Membership membership = cluster.membership();
        return membership == null
                ? Readiness.AT_ONCE
                : new Readiness() {
                    @Override
                    public boolean isReady() {
                        return membership.isReady();
                    }

                    @Override
                    public boolean waits() {
                        return membership.holdsBack();
                    }
                };
    }

    /** The routes, and those of this room. */
    List<Route> with(List<Route> routes, Runs runs) {
        return Stream.concat(
                        routes.stream(),
                        Stream.of(new HostsRoute(cluster), new HostRoute(cluster))
                                .map(route -> RecordedRoute.of(route, runs)))
                .toList();
    }

    /** Joins the cluster, if there is one. Does not wait for it. */
    void begin() {
        Membership membership = cluster.membership();
        if (membership != null) {
            membership.start();
        }
    }

    /** Leaves it. Blocks for a moment. */
    @Override
    public void close() {
        Membership membership = cluster.membership();
        if (membership != null) {
            membership.close();
        }
    }
}
