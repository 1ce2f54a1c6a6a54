package dev.culvert.daemon.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.registry.Bucket;
import dev.culvert.registry.BucketEntry;
import dev.culvert.registry.BucketWatcher;
import dev.culvert.registry.Registry;
import dev.culvert.registry.RegistrySession;
import dev.culvert.registry.RevisionException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A registry in memory, which a test takes away and gives back. All its methods take turns. */
final class FakeRegistry implements Registry {
    private final Map<String, InMemory> buckets = new LinkedHashMap<>();
    private final List<Runnable> sessions = new ArrayList<>();
    private long revision;
    private boolean isAway;
    private int connects;

    synchronized void goAway() {
        isAway = true;
        buckets.values().forEach(it -> it.watchers.clear());
        sessions.forEach(Runnable::run);
        sessions.clear();
    }

    /** Goes on to take values, and tells them to nobody who watches now. */
    synchronized void fallSilent() {
        buckets.values().forEach(it -> it.watchers.clear());
    }

    synchronized void comeBack() {
        isAway = false;
    }

    /** What a host that has died leaves, after its time: nobody is told. */
    synchronized void expire(String key) {
        hosts().entries.remove(key);
    }

    /** Of the bucket with the hosts. */
    synchronized void put(String key, byte[] value) {
        hosts().set(key, value);
    }

    synchronized InMemory bucket(String name) {
        return buckets.computeIfAbsent(name, _ -> new InMemory());
    }

    private InMemory hosts() {
        return bucket("culvert_hosts");
    }

    /** All values of a bucket are lost, as with the disks of its servers. */
    synchronized void clear(String name) {
        bucket(name).entries.clear();
    }

    synchronized int connects() {
        return connects;
    }

    synchronized Optional<ClusterHost> host(String key) {
        BucketEntry entry = hosts().entries.get(key);
        try {
            return entry == null
                    ? Optional.empty()
                    : Optional.of(HostText.read(key, entry.value()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public synchronized RegistrySession connect(Runnable onLost) throws IOException {
        connects++;
        check();
        sessions.add(onLost);
        return new RegistrySession() {
            @Override
            public String server() {
                return "nats://registry";
            }

            @Override
            public Bucket bucket(String name, Duration keep, int replicas) throws IOException {
                check();
                return FakeRegistry.this.bucket(name);
            }

            @Override
            public void close() {}
        };
    }

    private void check() throws IOException {
        if (isAway) {
            throw new IOException("nobody answers at nats://registry");
        }
    }

    final class InMemory implements Bucket {
        private final Map<String, BucketEntry> entries = new LinkedHashMap<>();
        private final List<BucketWatcher> watchers = new ArrayList<>();

        long set(String key, byte[] value) {
            synchronized (FakeRegistry.this) {
                BucketEntry entry = new BucketEntry(key, value, ++revision);
                entries.put(key, entry);
                watchers.forEach(it -> it.onValue(entry));
                return revision;
            }
        }

        /** Empty if there is none. */
        String text(String key) {
            synchronized (FakeRegistry.this) {
                BucketEntry entry = entries.get(key);
                return entry == null ? "" : new String(entry.value(), UTF_8);
            }
        }

        Set<String> keys() {
            synchronized (FakeRegistry.this) {
                return Set.copyOf(entries.keySet());
            }
        }

        int size() {
            return keys().size();
        }

        @Override
        public Optional<BucketEntry> find(String key) throws IOException {
            synchronized (FakeRegistry.this) {
                check();
                return Optional.ofNullable(entries.get(key));
            }
        }

        @Override
        public long create(String key, byte[] value) throws IOException, RevisionException {
            synchronized (FakeRegistry.this) {
                check();
                if (entries.containsKey(key)) {
                    throw new RevisionException(key);
                }
                return set(key, value);
            }
        }

        @Override
        public long update(String key, byte[] value, long expected)
                throws IOException, RevisionException {
            synchronized (FakeRegistry.this) {
                check();
                BucketEntry there = entries.get(key);
                if (there == null || there.revision() != expected) {
                    throw new RevisionException(key);
                }
                return set(key, value);
            }
        }

        @Override
        public void delete(String key, long expected) throws IOException {
            synchronized (FakeRegistry.this) {
                check();
                BucketEntry there = entries.get(key);
                if (there != null && there.revision() == expected) {
                    entries.remove(key);
                    watchers.forEach(it -> it.onRemoved(key));
                }
            }
        }

        @Override
        public void watch(BucketWatcher watcher) throws IOException {
            synchronized (FakeRegistry.this) {
                check();
                entries.values().forEach(watcher::onValue);
                watcher.onWhole();
                watchers.add(watcher);
            }
        }
    }
}
