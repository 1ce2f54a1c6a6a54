package dev.culvert.daemon;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.api.OffLoop;
import dev.culvert.daemon.api.agents.AgentCalls;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.MemorySettings;
import dev.culvert.daemon.config.SettingsReader;
import dev.culvert.daemon.config.WorkerSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.State;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.h1.HttpPipeline;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.daemon.turn.TurnIds;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.io.Account;
import dev.culvert.io.DirectMemory;
import dev.culvert.io.Share;
import dev.culvert.io.Shares;
import dev.culvert.io.Workers;
import dev.culvert.pool.LinkPool;
import dev.culvert.systemd.Notifier;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the daemon together, and stops it: settings in, a serving daemon out. */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    /** For all of a stop but the drain time. */
    private static final Duration STOP = Duration.ofSeconds(15);

    /** Those in force now: a reload replaces them. */
    private volatile DaemonSettings settings;

    private final StateDir stateDir;
    private final EventLoops loops;
    private final Metrics metrics = new Metrics();
    private final Admission admission = new Admission();
    private final Account account;
    private final Shares<AgentAddress> agentShares;
    private final Workers files;
    private final Workers others;
    private final Fleet fleet;
    private final LinkPool pool;
    private final HomeLinks homes;
    private final Turns turns;
    private final Routes routes;
    private final HttpPipeline http;
    private final Listeners listeners;
    private final Notifier notifier;
    private final Reload reload;
    private final Drain drain;

    /** Starts it. Where that fails, nothing of it is left. */
    public static Daemon start(DaemonSettings settings, SettingsReader again, Systemd systemd)
            throws IOException {
        DirectMemory.limit();
        int threads =
                settings.eventLoops() == 0
                        ? Runtime.getRuntime().availableProcessors()
                        : settings.eventLoops();
        StateDir stateDir = StateDir.open(settings.stateDir());
        EventLoops loops = loops(threads, stateDir);
        Daemon daemon = null;
        try {
            daemon = new Daemon(settings, again, systemd, stateDir, loops);
            daemon.listen();
            return daemon;
        } catch (IOException | RuntimeException e) {
            if (daemon != null) {
                daemon.release();
            } else {
                loops.close();
                stateDir.close();
            }
            if (e instanceof RuntimeException bug && !(e instanceof UncheckedIOException)) {
                throw bug;
            }
            throw new IOException(e.getMessage(), e);
        }
    }

    private static EventLoops loops(int threads, StateDir stateDir) throws IOException {
        try {
            return EventLoops.start(threads, "culvertd");
        } catch (UncheckedIOException e) {
            stateDir.close();
            throw e.getCause();
        }
    }

    private Daemon(
            DaemonSettings first,
            SettingsReader reader,
            Systemd systemd,
            StateDir stateDir,
            EventLoops loops)
            throws IOException {
        this.stateDir = stateDir;
        this.loops = loops;
        settings = first;

        // What may wait, in bytes and on threads.
        account = new Account(first.memory().limits());
        agentShares =
                new Shares<>(
                        account,
                        MemorySettings.AGENT_SHARE,
                        () -> settings().memory().agentShare());
        files = workers(first.workers(), "files");
        others = workers(first.workers(), "others");

        // The agents, and the links to them.
        fleet = new Fleet(store(), () -> settings().fleet());
        pool =
                new LinkPool(
                        loops,
                        () -> settings().link(),
                        () -> settings().pool(),
                        metrics.links(),
                        agentShares);
        homes = new HomeLinks(loops, fleet, this::settings, metrics.links(), agentShares);
        turns = new Turns(fleet, pool, turnIds(), agentShares, this::settings, metrics.turns());

        // The clients.
        AgentAccess access = new AgentAccess(fleet::seenBy, homes::nudge, admission);
        TurnAnswers answers =
                new TurnAnswers(turns, agentShares, admission, this::settings, metrics.streams());
        routes =
                new Routes(
                        access,
                        admission,
                        this::settings,
                        account,
                        metrics,
                        new OffLoop(files, others));
        Router router =
                routes.router(
                        routes.ofTurns(turns, answers),
                        routes.ofAgents(new AgentCalls(pool), agentShares, homes),
                        routes.ofTheDaemon(this::reload));
        http =
                new HttpPipeline(
                        first.http(), router, metrics.http(), this::clientShare, bodyShare());
        listeners = new Listeners(loops, systemd.sockets());

        // The operator.
        notifier = systemd.notifier(loops);
        reload =
                new Reload(
                        reader,
                        first,
                        fleet.source(AgentSource.FILE),
                        this::use,
                        metrics.reloads(),
                        notifier);
        drain = new Drain(turns, http);
        measure();

        fleet.listen(homes);
        fleet.listen(
                new FleetListener() {
                    @Override
                    public void onRemoved(Agent agent) {
                        pool.remove(agent.address(), "the agent was removed");
                        agentShares.forget(agent.address());
                    }
                });
        fleet.source(AgentSource.FILE).replace(first.agents());
    }

    private Workers workers(WorkerSettings limits, String room) {
        Workers workers = new Workers("culvert-" + room, limits.threads(), limits.queue());
        metrics.workers(room, workers, limits.threads());
        return workers;
    }

    private DesiredStore store() throws IOException {
        return stateDir.desired(
                metrics.counter(
                        "culvert.state.dir.failures",
                        "Times that a file of state_dir could not be used."));
    }

    private TurnIds turnIds() throws IOException {
        Optional<byte[]> key = stateDir.turnKey(TurnIds.KEY_BYTES);
        if (key.isEmpty()) {
            LOG.info("there is no state_dir: a restart ends what turns clients could come back to");
            return TurnIds.ofThisProcess();
        }
        return TurnIds.of(key.get());
    }

    /** Until there are tokens, a client is a connection: behind a proxy all share one address. */
    private Share clientShare() {
        return account.share(
                "a client", MemorySettings.CLIENT_SHARE, () -> settings().memory().clientShare());
    }

    private Share bodyShare() {
        return account.share(
                "requests that are not complete",
                MemorySettings.BODY_SHARE,
                () -> settings().memory().bodyShare());
    }

    private void measure() {
        metrics.watch(account);
        metrics.loops().watch(loops.group());
        Meters meters = new Meters(metrics, this::settings);
        meters.of(fleet);
        meters.of(turns);
        meters.of(loops.transport());
    }

    private void listen() throws IOException {
        listeners.open(settings().http(), http);
        if (settings().http().allowUnauthenticated()) {
            LOG.warn(
                    "http.allow_unauthenticated is set: whoever reaches {} commands every agent",
                    addresses());
        }
    }

    private DaemonSettings settings() {
        return settings;
    }

    /** Where it listens, with the real ports where 0 was asked for. */
    public List<AgentAddress> addresses() {
        return listeners.addresses();
    }

    /** Tells systemd that it may be used: once signals are handled, for they may follow at once. */
    public void ready() {
        notifier.ready(this::status);
    }

    private String status() {
        return admission.isClosed()
                ? "draining: %s under way".formatted(drain.underWay())
                : "listening on %s; %d of %d agents ready; %s under way"
                        .formatted(
                                addresses(),
                                fleet.count(State.READY),
                                fleet.all().size(),
                                drain.underWay());
    }

    /** As {@link Reload#run}. */
    public List<String> reload() {
        return reload.run();
    }

    private void use(DaemonSettings next) {
        settings = next;
        account.limit(next.memory().limits());
        http.use(next.http());
    }

    /**
     * Takes no more work, lets turns end for the drain time, or until {@link #hurry}, ends those
     * that did not, and stops. Waits for all of it. It listens until then, so that who asks is
     * told; but on sockets of systemd's who asks waits for the next process.
     */
    @Override
    public void close() {
        if (!admission.close()) {
            return;
        }
        Duration patience = settings().timeouts().drain();
        reload.stop();
        notifier.stopping(patience.plus(STOP));
        listeners.handOver();
        routes.close();
        int cut = drain.run(patience);
        release();
        if (cut == 0) {
            LOG.info("stopped: no turn was cut");
        } else {
            LOG.warn("stopped: {} cut before the end", Drain.turns(cut));
        }
    }

    /** A {@link #close} that waits for turns ends them now. */
    public void hurry() {
        drain.hurry();
    }

    private void release() {
        listeners.close();
        homes.close();
        pool.close();
        files.close();
        others.close();
        loops.close();
        metrics.close();
        stateDir.close();
    }
}
