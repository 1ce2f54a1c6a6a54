package dev.culvert.daemon.cluster;

import dev.culvert.daemon.config.ClusterSettings;
import dev.culvert.io.Backoff;
import dev.culvert.io.Quoted;
import dev.culvert.registry.Bucket;
import dev.culvert.registry.Registry;
import dev.culvert.registry.RegistrySession;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This host's part in a cluster: on a thread of its own it says that it is there, and hears of the
 * others. When the registry is away, it tries again until it is back, and nothing else of the
 * daemon notices.
 */
public final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** How long a stop waits until this host has said goodbye. */
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    /** How this host is in its cluster. */
    public enum State {
        /** It has not reached the registry yet. */
        JOINING,

        /** It is in the registry, and follows it. */
        MEMBER,

        /** It has lost the registry. */
        AWAY,

        /** Another host has its name. */
        REFUSED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How it is now.
     *
     * @param server of the registry; empty while it is away
     * @param problem a sentence; empty if there is none
     */
    public record Now(State state, String server, String problem) {}

    private final ClusterSettings settings;
    private final Registry registry;
    private final Supplier<ClusterHost> self;
    private final ClusterObserver observer;
    private final LongSupplier nanos;
    private final List<Follower> followers;
    private final HostTable table;
    private final Thread thread;
    private final long started;

    private volatile Now now = new Now(State.JOINING, "", "it has not tried yet");
    private volatile CountDownLatch wake = new CountDownLatch(1);
    private volatile boolean isClosed;
    private volatile long beaten;

    /**
     * Begins with {@link #start}.
     *
     * @param self what this host says of itself, now
     * @param followers what else follows the registry; closed with this
     */
    public Membership(
            ClusterSettings settings,
            Registry registry,
            Supplier<ClusterHost> self,
            ClusterObserver observer,
            LongSupplier nanos,
            List<Follower> followers) {
        this.settings = settings;
        this.registry = registry;
        this.self = self;
        this.observer = observer;
        this.nanos = nanos;
        this.followers = List.copyOf(followers);
        started = nanos.getAsLong();
        beaten = started;
        table =
                new HostTable(
                        self.get().name(),
                        settings.maxHosts(),
                        settings.lifetime(),
                        nanos,
                        observer);
        thread = Thread.ofPlatform().daemon().name("culvert-cluster").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        Backoff pauses =
                new Backoff(
                        () -> SHORTEST_PAUSE, () -> LONGEST_PAUSE, RandomGenerator.getDefault());
        while (!isClosed) {
            CountDownLatch lost = new CountDownLatch(1);
            wake = lost;
            if (isClosed) { // before it could see this latch
                return;
            }
            try (RegistrySession session = registry.connect(lost::countDown)) {
                if (stay(session, lost)) {
                    pauses.reset();
                }
                away("its connection was lost");
            } catch (IOException | RuntimeException e) {
                away(Quoted.message(e));
            }
            table.lose();
            followers.forEach(Follower::lost);
            pause(pauses.next());
        }
    }

    private void pause(Duration pause) {
        CountDownLatch closing = new CountDownLatch(1);
        wake = closing;
        if (!isClosed) {
            await(closing, pause);
        }
    }

    /* Who wakes this thread by an interrupt wants it to end. */
    private boolean await(CountDownLatch latch, Duration most) {
        try {
            return latch.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            isClosed = true;
            return true;
        }
    }

    private void away(String why) {
        if (isClosed) {
            return;
        }
        observer.onFailure();
        Now before = now;
        State next = before.state() == State.JOINING ? State.JOINING : State.AWAY;
        now = new Now(next, "", why);
        if (before.state() != next || !before.problem().equals(why)) {
            LOG.warn(
                    "the registry of the cluster is away: {}. This host goes on without it, and tries again",
                    why);
        }
    }

    /**
     * Says every heartbeat that it is there, until the session is lost. Returns whether it was a
     * member.
     */
    private boolean stay(RegistrySession session, CountDownLatch lost) throws IOException {
        Bucket bucket =
                session.bucket(
                        settings.prefix() + "_hosts", settings.lifetime(), settings.replicas());
        bucket.watch(table.follow());
        for (Follower each : followers) {
            each.begin(session);
        }
        Claim claim = new Claim(bucket);
        boolean wasMember = false;
        do {
            // A server of NATS that dies can take the watch along, and leave the connection.
            if (!table.hasHeard(claim.revision())) {
                throw new IOException("it does not tell what changes there");
            }
            ClusterHost host = self.get();
            String refusal = claim.say(host);
            if (refusal == null) {
                wasMember = true;
                beaten = nanos.getAsLong();
                joined(host, session.server());
            } else {
                refused(refusal, session.server());
            }
            table.sweep();
        } while (!await(lost, settings.heartbeat()) && !isClosed);
        if (isClosed) {
            claim.leave(self.get());
        }
        return wasMember;
    }

    private void joined(ClusterHost host, String server) {
        if (now.state() != State.MEMBER) {
            LOG.info(
                    "this host is {} of the cluster, whose registry is {}",
                    Quoted.word(host.name()),
                    Quoted.word(server));
        }
        now = new Now(State.MEMBER, server, "");
    }

    private void refused(String why, String server) {
        if (!now.problem().equals(why)) {
            LOG.warn("this host is not in the cluster: {}", why);
        }
        now = new Now(State.REFUSED, server, why);
    }

    public Now now() {
        return now;
    }

    /** How long ago this host last said that it is there; since its start, if it never did. */
    public Duration silence() {
        return Duration.ofNanos(Math.max(0, nanos.getAsLong() - beaten));
    }

    /** Whether it has read every host of the registry once. */
    public boolean isReady() {
        return table.isWhole();
    }

    /** Whether {@code /readyz} shall still wait for the registry. */
    public boolean holdsBack() {
        return !isReady() && nanos.getAsLong() - started < settings.readyWait().toNanos();
    }

    /** The other hosts, in no order. */
    public List<HostView> others() {
        return table.views();
    }

    /** How many other hosts there are. */
    public int size() {
        return table.size();
    }

    /** Says goodbye, if the registry takes it soon. Blocks. */
    @Override
    public void close() {
        isClosed = true;
        wake.countDown();
        try {
            if (!thread.join(GOODBYE)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        followers.forEach(Follower::close);
    }
}
