package dev.culvert.daemon.sshtunnels;

import dev.culvert.daemon.config.SshSettings;
import dev.culvert.daemon.config.SshTunnelSettings;
import dev.culvert.daemon.sshkeys.PublicKeyLine;
import dev.culvert.daemon.sshkeys.SshKeys;
import dev.culvert.daemon.sshtunnels.RefusedException.Kind;
import dev.culvert.daemon.sshtunnels.SshTunnelStore.Kept;
import dev.culvert.daemon.sshtunnels.TunnelStatus.Look;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SSH tunnels of the daemon, by name. What changes them blocks; the rest may be called on event
 * loops.
 */
public final class SshTunnels implements AutoCloseable {
    /** The name of the directory below {@code state_dir}. */
    public static final String DIRECTORY = "tunnels";

    private static final Logger LOG = LoggerFactory.getLogger(SshTunnels.class);

    private final Means means;
    private final SshTunnelStore store;
    private final EventLoops loops;
    private final Map<String, Entry> entries = new ConcurrentSkipListMap<>();

    /**
     * A tunnel that is known.
     *
     * @param json what a client said that it is; empty for one of the settings
     * @param entrance its open port; null while it is not wanted
     */
    private record Entry(SshTunnel tunnel, Optional<String> json, @Nullable Entrance entrance) {}

    /**
     * What can be seen of a tunnel.
     *
     * @param isOfClient whether a client added it
     * @param listen where callers come in, with the port that it got instead of 0
     */
    public record View(
            SshTunnelSettings settings,
            boolean isOfClient,
            boolean isWanted,
            AgentAddress listen,
            TunnelStatus status,
            Counts counts) {
        public String name() {
            return settings.name();
        }
    }

    /**
     * What a start has done.
     *
     * @param wasStarted whether it was started before
     * @param decided completed when it is up, or an attempt has failed
     */
    public record Started(
            View before, boolean wasStarted, CompletableFuture<TunnelStatus> decided) {}

    SshTunnels(Means means, SshTunnelStore store, EventLoops loops) {
        this.means = means;
        this.store = store;
        this.loops = loops;
    }

    /**
     * Those of a state directory; none runs yet.
     *
     * @param loops serve their callers
     */
    public static SshTunnels in(
            Path stateDir,
            SshKeys keys,
            SshSettings settings,
            SshTunnelStore store,
            EventLoops loops) {
        Path directory = stateDir.resolve(DIRECTORY);
        SshLine.Programs programs =
                new SshLine.Programs(settings.program("ssh"), settings.program("ssh-keyscan"));
        HostKeys hostKeys = new HostKeys(directory.resolve(HostKeys.FILE), programs.keyscan());
        return new SshTunnels(new Means(directory, keys, hostKeys, programs), store, loops);
    }

    /**
     * Ends what an earlier daemon left, and starts the tunnels that are to be up.
     *
     * @param ofSettings which win over those of clients that have the same names
     */
    public synchronized void restore(List<SshTunnelSettings> ofSettings) throws IOException {
        OwnerOnly.createDirectories(means.directory());
        Leftovers.end(means.directory());
        Map<String, Kept> kept = new HashMap<>();
        for (Kept each : store.read()) {
            kept.put(each.name(), each);
        }
        Map<String, Boolean> wanted = new TreeMap<>();
        for (SshTunnelSettings each : ofSettings) {
            Kept before = kept.remove(each.name());
            entries.put(each.name(), new Entry(new SshTunnel(each, means), Optional.empty(), null));
            wanted.put(each.name(), before == null ? each.isStarted() : before.isWanted());
        }
        for (Kept each : kept.values()) {
            if (each.json().isEmpty()) {
                store.forget(each.name()); // the settings have it no more
            } else {
                readBack(each, wanted);
            }
        }
        wanted.forEach((name, isWanted) -> {
            if (isWanted) {
                startAgain(name);
            }
        });
    }

    private void readBack(Kept kept, Map<String, Boolean> wanted) {
        try {
            SshTunnelSettings settings =
                    Settings.read(
                                    List.of(Layer.text("tunnel", kept.json().orElseThrow())),
                                    SshTunnelSettings::readOfClient)
                            .value();
            entries.put(kept.name(), new Entry(new SshTunnel(settings, means), kept.json(), null));
            wanted.put(kept.name(), kept.isWanted());
        } catch (BadSettingsException e) {
            LOG.error(
                    "the tunnel {} is not there any more, because this version of the daemon does not take it: {}",
                    Quoted.word(kept.name()),
                    String.join("; ", e.mistakes()));
        }
    }

    private void startAgain(String name) {
        try {
            begin(name);
        } catch (IOException | RefusedException e) {
            LOG.error("the tunnel {} was not started: {}", name, e.getMessage());
        }
    }

    /** By name. */
    public List<View> all() {
        return entries.values().stream().map(SshTunnels::view).toList();
    }

    /** The tunnel of that name. */
    public View find(String name) throws RefusedException {
        return view(entry(name));
    }

    private Entry entry(String name) throws RefusedException {
        Entry found = entries.get(name);
        if (found == null) {
            throw new RefusedException(
                    Kind.UNKNOWN,
                    "There is no tunnel '%s': culvert tunnel list shows those there are, and culvert tunnel add adds one."
                            .formatted(Quoted.word(name)));
        }
        return found;
    }

    private static View view(Entry entry) {
        SshTunnel tunnel = entry.tunnel;
        Entrance entrance = entry.entrance;
        return new View(
                tunnel.settings(),
                entry.json.isPresent(),
                tunnel.isWanted(),
                entrance == null ? tunnel.settings().listen() : entrance.address(),
                tunnel.status(),
                tunnel.counts());
    }

    /**
     * Adds one of a client, and starts it if it is to be up.
     *
     * @param json what the client said, from which {@code settings} were read
     */
    public synchronized View add(SshTunnelSettings settings, String json)
            throws IOException, RefusedException {
        String name = settings.name();
        if (entries.containsKey(name)) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    "There is a tunnel %s already: remove it first, or choose another name."
                            .formatted(name));
        }
        if (entries.size() >= SshTunnelSettings.MOST) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    "There are %d tunnels, and there can be no more: remove one first."
                            .formatted(SshTunnelSettings.MOST));
        }
        Optional<String> said = Optional.of(json);
        entries.put(name, new Entry(new SshTunnel(settings, means), said, null));
        boolean isAdded = false;
        try {
            if (settings.isStarted()) {
                begin(name);
            }
            store.save(new Kept(name, settings.isStarted(), Instant.now(), said));
            isAdded = true;
        } finally {
            if (!isAdded) {
                end(name);
                entries.remove(name);
            }
        }
        return find(name);
    }

    /** Starts it; it stays started over restarts of the daemon. */
    public synchronized Started start(String name) throws IOException, RefusedException {
        Entry entry = entry(name);
        View before = view(entry);
        if (before.isWanted()) {
            return new Started(before, true, entry.tunnel.decided());
        }
        begin(name);
        store.save(new Kept(name, true, Instant.now(), entry.json));
        return new Started(before, false, entry.tunnel.decided());
    }

    private void begin(String name) throws IOException, RefusedException {
        Entry entry = entry(name);
        Place place = new Place(means.directory(), name);
        Entrance entrance = new Entrance(entry.tunnel, loops);
        try {
            place.check();
            entrance.open(new AgentAddress.Unix(place.inbound().toString()));
        } catch (IOException e) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    "The tunnel %s was not started: %s.".formatted(name, e.getMessage()));
        }
        entries.put(name, new Entry(entry.tunnel, entry.json, entrance));
        entry.tunnel.start();
    }

    /** Stops it; no process and no socket is left. It stays stopped over restarts. */
    public synchronized View stop(String name) throws IOException, RefusedException {
        Entry entry = entry(name);
        store.save(new Kept(name, false, Instant.now(), entry.json));
        end(name);
        return find(name);
    }

    private void end(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            return;
        }
        entry.tunnel.stop();
        if (entry.entrance != null) {
            entry.entrance.close();
            entries.put(name, new Entry(entry.tunnel, entry.json, null));
        }
    }

    /** Stops and starts it. */
    public synchronized Started restart(String name) throws IOException, RefusedException {
        end(entry(name).tunnel.settings().name());
        return start(name);
    }

    /** Removes one that a client has added. */
    public synchronized void remove(String name) throws IOException, RefusedException {
        Entry entry = entry(name);
        if (entry.json.isEmpty()) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    "The tunnel %s is in the settings of the daemon (tunnels): remove it there and restart the daemon, or stop it with culvert tunnel stop %s."
                            .formatted(name, name));
        }
        end(name);
        store.forget(name);
        entries.remove(name);
    }

    /** Sends something through it now; empty if it is not connected. Blocks. */
    public Optional<Look> test(String name) throws RefusedException {
        return entry(name).tunnel.test();
    }

    /** The keys that its server says it has. Blocks. */
    public List<HostKeys.Offered> hostKeys(String name) throws IOException, RefusedException {
        return asked(name, () -> means.hostKeys().offered(find(name).settings().server()));
    }

    private interface Question<T> {
        T ask() throws IOException, RefusedException;
    }

    private static <T> T asked(String name, Question<T> question)
            throws IOException, RefusedException {
        try {
            return question.ask();
        } catch (IOException e) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    "Nothing is known of the keys of the server of the tunnel %s. %s"
                            .formatted(name, e.getMessage()));
        }
    }

    /** Trusts the key of its server that has the fingerprint. Blocks. */
    public PublicKeyLine trust(String name, String fingerprint)
            throws IOException, RefusedException {
        SshTunnelSettings settings = find(name).settings();
        return asked(name, () -> means.hostKeys().trust(settings.server(), fingerprint))
                .orElseThrow(() ->
                        new RefusedException(
                                Kind.CONFLICT,
                                "The server of the tunnel %s has no key %s: culvert tunnel trust %s shows those it has."
                                        .formatted(name, Quoted.word(fingerprint), name)));
    }

    /** What uses a key, as the end of a sentence; empty if nothing does. */
    public Optional<String> userOf(String key) {
        return all().stream()
                .filter(view -> view.settings().server().key().equals(Optional.of(key)))
                .map(view -> "the tunnel " + view.name())
                .findFirst();
    }

    /** Of all tunnels together. */
    public long sum(ToLongFunction<View> of) {
        return all().stream().mapToLong(of).sum();
    }

    /** Ends them all. They are started again with the next daemon. */
    @Override
    public synchronized void close() {
        List<Thread> ends =
                entries.keySet().stream()
                        .map(name -> Thread.ofVirtual().start(() -> end(name)))
                        .toList();
        for (Thread each : ends) {
            try {
                each.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
