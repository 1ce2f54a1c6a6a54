package dev.culvert.daemon.cluster;

import dev.culvert.daemon.cluster.HostView.State;
import dev.culvert.io.Quoted;
import dev.culvert.registry.BucketEntry;
import dev.culvert.registry.BucketWatcher;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All hosts, in memory. A host has gone when it has not been heard for its lifetime, by this host's
 * own clock: the registry forgets a value without a word, and clocks of hosts differ. For all
 * threads.
 */
final class HostTable {
    private static final Logger LOG = LoggerFactory.getLogger(HostTable.class);

    private record Seen(ClusterHost host, long nanos) {}

    private final Map<String, Seen> hosts = new ConcurrentHashMap<>();
    private final String self;
    private final int most;
    private final Duration lifetime;
    private final LongSupplier nanos;
    private final ClusterObserver observer;

    private volatile boolean isWhole;
    private volatile boolean isFollowed;

    /** The latest revision of this host's own entry that was told. */
    private volatile long heard = -1;

    /**
     * @param self the name of this host, which is not kept here
     */
    HostTable(
            String self,
            int most,
            Duration lifetime,
            LongSupplier nanos,
            ClusterObserver observer) {
        this.self = self;
        this.most = most;
        this.lifetime = lifetime;
        this.nanos = nanos;
        this.observer = observer;
    }

    /** Follows a bucket from its beginning. What it does not tell by its end has gone. */
    BucketWatcher follow() {
        heard = -1;
        Set<String> told = new HashSet<>();
        AtomicBoolean isTold = new AtomicBoolean();
        AtomicBoolean isFull = new AtomicBoolean();
        return new BucketWatcher() {
            @Override
            public void onValue(BucketEntry entry) {
                if (!isTold.get()) {
                    told.add(entry.key());
                }
                put(entry, isFull);
            }

            @Override
            public void onRemoved(String key) {
                if (hosts.remove(key) != null) {
                    observer.onUpdate();
                    LOG.info("host {} has left the cluster", Quoted.word(key));
                }
            }

            @Override
            public void onWhole() {
                isTold.set(true);
                hosts.keySet().retainAll(told);
                told.clear();
                isFollowed = true;
                isWhole = true;
            }
        };
    }

    private void put(BucketEntry entry, AtomicBoolean isFull) {
        String key = entry.key();
        if (key.equals(self)) {
            heard = entry.revision();
            return;
        }
        ClusterHost host;
        try {
            host = HostText.read(key, entry.value());
        } catch (IOException e) {
            observer.onRefused();
            LOG.warn(
                    "the registry has a host {} that cannot be read: {}",
                    Quoted.word(key),
                    e.getMessage());
            return;
        }
        if (hosts.size() >= most && !hosts.containsKey(key)) {
            observer.onRefused();
            if (isFull.compareAndSet(false, true)) {
                LOG.warn(
                        "the cluster has more than {} hosts, and this host does not know the others: raise cluster.max_hosts",
                        most);
            }
            return;
        }
        observer.onUpdate();
        Seen before = hosts.put(key, new Seen(host, nanos.getAsLong()));
        if (before == null) {
            LOG.info(
                    "host {} is in the cluster, at {}",
                    Quoted.word(host.name()),
                    Quoted.word(host.url()));
        } else if (!before.host().epoch().equals(host.epoch())) {
            LOG.info("host {} was started again", Quoted.word(host.name()));
        }
    }

    /** Whether this host's own entry was told, of that revision or a later one. */
    boolean hasHeard(long revision) {
        return heard >= revision;
    }

    /** The registry is away: nobody is said to have gone until it is back. */
    void lose() {
        isFollowed = false;
    }

    /** Forgets the hosts that have not been heard for their lifetime. */
    void sweep() {
        if (!isFollowed) {
            return;
        }
        long now = nanos.getAsLong();
        hosts.forEach((name, seen) -> {
            if (now - seen.nanos() > lifetime.toNanos() && hosts.remove(name, seen)) {
                observer.onUpdate();
                LOG.warn(
                        "host {} has gone: it was not heard for {} s",
                        Quoted.word(name),
                        lifetime.toSeconds());
            }
        });
    }

    /** Whether every host of the registry was told once. */
    boolean isWhole() {
        return isWhole;
    }

    int size() {
        return hosts.size();
    }

    /** The others, in no order. */
    List<HostView> views() {
        long now = nanos.getAsLong();
        boolean isKnown = isFollowed;
        return hosts.values().stream()
                .map(seen ->
                        new HostView(
                                seen.host(),
                                !isKnown
                                        ? State.UNKNOWN
                                        : seen.host().draining() ? State.DRAINING : State.ONLINE,
                                false,
                                Duration.ofNanos(Math.max(0, now - seen.nanos()))))
                .toList();
    }
}
