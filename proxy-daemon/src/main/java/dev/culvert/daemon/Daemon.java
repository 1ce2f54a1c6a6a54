package dev.culvert.daemon;

import dev.culvert.about.Units;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.api.AgentCalls;
import dev.culvert.daemon.api.OffLoop;
import dev.culvert.daemon.api.admin.HealthRoute;
import dev.culvert.daemon.api.admin.MetricsRoute;
import dev.culvert.daemon.api.admin.OpenApiRoute;
import dev.culvert.daemon.api.admin.ReloadRoute;
import dev.culvert.daemon.api.agents.AgentRoute;
import dev.culvert.daemon.api.agents.AgentsRoute;
import dev.culvert.daemon.api.agents.ConfigRoute;
import dev.culvert.daemon.api.agents.ContextRoute;
import dev.culvert.daemon.api.agents.EventsRoute;
import dev.culvert.daemon.api.agents.PingRoute;
import dev.culvert.daemon.api.turns.AgentTurnsRoute;
import dev.culvert.daemon.api.turns.MessageRoute;
import dev.culvert.daemon.api.turns.ResumeRoute;
import dev.culvert.daemon.api.turns.StreamedMessageRoute;
import dev.culvert.daemon.api.turns.TurnRoute;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.MemorySettings;
import dev.culvert.daemon.config.SettingsReader;
import dev.culvert.daemon.config.StartSettings;
import dev.culvert.daemon.config.WorkerSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.DesiredStore;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.fleet.FleetLimitException;
import dev.culvert.daemon.fleet.FleetListener;
import dev.culvert.daemon.fleet.State;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.http.h1.HttpPipeline;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.state.DesiredFiles;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.daemon.state.TurnKey;
import dev.culvert.daemon.turn.TurnIds;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.io.Account;
import dev.culvert.io.DirectMemory;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Share;
import dev.culvert.io.Shares;
import dev.culvert.io.Workers;
import dev.culvert.pool.LinkPool;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.systemd.Notifier;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the daemon together, and stops it: settings in, a serving daemon out. */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /** For all of a stop but the drain time. */
    private static final Duration STOP = Duration.ofSeconds(15);

    private final SettingsReader again;
    private final StateDir stateDir;
    private final EventLoops loops;
    private final Metrics metrics = new Metrics();
    private final Admission admission = new Admission();
    private final Turns turns;
    private final EventsRoute events;
    private final Fleet fleet;
    private final Workers files;
    private final Workers others;
    private final HomeLinks homes;
    private final Account account;
    private final Shares<AgentAddress> agentShares;
    private final LinkPool pool;
    private final HttpPipeline http;
    private final Listeners listeners;
    private final Notifier notifier;
    private final CompletableFuture<@Nullable Void> hurry = new CompletableFuture<>();
    private final StartSettings atStart;
    private volatile DaemonSettings settings;

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
            DaemonSettings settings,
            SettingsReader again,
            Systemd systemd,
            StateDir stateDir,
            EventLoops loops)
            throws IOException {
        this.settings = settings;
        atStart = StartSettings.of(settings);
        this.stateDir = stateDir;
        this.again = again;
        this.loops = loops;
        listeners = new Listeners(loops, systemd.sockets());
        notifier = systemd.notifier(loops);
        fleet = new Fleet(store(settings), () -> this.settings.fleet());
        files = workers(settings, "files");
        others = workers(settings, "others");
        account = new Account(settings.memory().limits());
        agentShares =
                new Shares<>(
                        account,
                        MemorySettings.AGENT_SHARE,
                        () -> this.settings.memory().agentShare());
        pool =
                new LinkPool(
                        loops,
                        () -> this.settings.link(),
                        () -> this.settings.pool(),
                        metrics.links(),
                        agentShares);
        homes = new HomeLinks(loops, fleet, this::settings, metrics.links(), agentShares);
        turns =
                new Turns(
                        fleet,
                        pool,
                        turnIds(settings),
                        agentShares,
                        this::settings,
                        metrics.turns());
        AgentCalls calls =
                new AgentCalls(fleet, homes, pool, agentShares, admission, this::settings);
        events = new EventsRoute(calls, fleet, metrics.links()::openTo);
        Router router = new Router(routes(calls), metrics.http());
        http =
                new HttpPipeline(
                        settings.http(),
                        router,
                        metrics.http(),
                        this::clientShare,
                        account.share(
                                "requests that are not complete",
                                MemorySettings.BODY_SHARE,
                                () -> this.settings.memory().bodyShare()));
        fleet.listen(homes);
        fleet.listen(events);
        fleet.listen(
                new FleetListener() {
                    @Override
                    public void onRemoved(Agent agent) {
                        pool.remove(agent.address(), "the agent was removed");
                        agentShares.forget(agent.address());
                    }
                });
        metrics.watch(account);
        metrics.loops().watch(loops.group());
        metrics.gauge(
                "culvert.turns.remembered",
                "Turns that nobody reads and whose key is held, or whose end is known.",
                "key",
                "yes",
                () -> turns.remembered(true));
        metrics.gauge(
                "culvert.turns.remembered",
                "Turns that nobody reads and whose key is held, or whose end is known.",
                "key",
                "no",
                () -> turns.remembered(false));
        fleet.listen(new FleetMeters(metrics, fleet, () -> this.settings.fleet()));
        metrics.counter(
                "culvert.http.accept.failures",
                "Connections that the system did not give, for want of file descriptors mostly.",
                loops.transport()::acceptFailures);
        fleet.replace(List.of(), settings.agents());
    }

    /** Until there are tokens, a client is a connection: behind a proxy all share one address. */
    private Share clientShare() {
        return account.share(
                "a client", MemorySettings.CLIENT_SHARE, () -> settings.memory().clientShare());
    }

    private static TurnIds turnIds(DaemonSettings settings) {
        if (settings.stateDir().isEmpty()) {
            LOG.info("there is no state_dir: a restart ends what turns clients could come back to");
            return TurnIds.ofThisProcess();
        }
        try {
            return TurnIds.of(TurnKey.keptIn(settings.stateDir().get(), TurnIds.KEY_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "state_dir is " + settings.stateDir().get() + ": " + FileTrouble.of(e), e);
        }
    }

    private DesiredStore store(DaemonSettings settings) throws IOException {
        Runnable onFailure =
                metrics.counter(
                        "culvert.state.dir.failures",
                        "Times that a file of state_dir could not be used.");
        return settings.stateDir().isPresent()
                ? new DesiredFiles(settings.stateDir().get(), onFailure)
                : DesiredStore.NONE;
    }

    private Workers workers(DaemonSettings settings, String room) {
        WorkerSettings limits = settings.workers();
        Workers workers = new Workers("culvert-" + room, limits.threads(), limits.queue());
        metrics.workers(room, workers, limits.threads());
        return workers;
    }

    private List<Route> routes(AgentCalls calls) {
        OffLoop offLoop = new OffLoop(files, others);
        TurnAnswers answers =
                new TurnAnswers(turns, agentShares, admission, this::settings, metrics.streams());
        return List.of(
                new MessageRoute(calls, answers),
                new StreamedMessageRoute(calls, answers),
                new ResumeRoute(answers),
                new TurnRoute(turns, answers, calls),
                new AgentTurnsRoute(calls, turns),
                new ContextRoute(calls),
                new ConfigRoute(calls, fleet, homes, offLoop),
                new PingRoute(calls),
                new AgentsRoute(calls, fleet, events),
                new AgentRoute(calls, fleet, metrics.links()::openTo, offLoop),
                events,
                new HealthRoute(admission, fleet),
                new ReloadRoute(this::reload, offLoop),
                new MetricsRoute(metrics::scrape, offLoop),
                new OpenApiRoute());
    }

    private void listen() throws IOException {
        listeners.open(settings.http(), http);
        if (settings.http().allowUnauthenticated()) {
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
                ? "draining: %s under way".formatted(turns(turns.count()))
                : "listening on %s; %d of %d agents ready; %s under way"
                        .formatted(
                                addresses(),
                                fleet.count(State.READY),
                                fleet.all().size(),
                                turns(turns.count()));
    }

    /**
     * Reads the settings again. Agents and limits change; running streams do not notice.
     *
     * @return what is wrong with them, and then nothing has changed; empty when they are in force
     */
    public synchronized List<String> reload() {
        if (admission.isClosed()) {
            return notReloaded(List.of("the daemon is shutting down"));
        }
        notifier.reloading();
        try {
            return readAgain();
        } finally {
            notifier.reloaded();
        }
    }

    private List<String> readAgain() {
        DaemonSettings before = settings;
        DaemonSettings next;
        try {
            next = again.read();
            fleet.replace(before.agents(), next.agents());
        } catch (BadSettingsException e) {
            return notReloaded(e.mistakes());
        } catch (IllegalArgumentException | FleetLimitException | IOException e) {
            return notReloaded(List.of(String.valueOf(e.getMessage())));
        }
        settings = next;
        account.limit(next.memory().limits());
        http.use(next.http());
        metrics.reloads().onReloaded(true);
        LOG.info(
                "reloaded: {}",
                next.agents().size() == 1 ? "1 agent" : next.agents().size() + " agents");
        List<String> waiting = atStart.needingRestart(next);
        if (!waiting.isEmpty()) {
            LOG.warn(
                    "only a restart changes {}: until then what was read at the start is in force",
                    String.join(", ", waiting));
        }
        return List.of();
    }

    private List<String> notReloaded(List<String> problems) {
        metrics.reloads().onReloaded(false);
        LOG.error(
                "the settings were not reloaded, those before are in force:\n{}",
                String.join("\n", problems));
        return problems;
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
        Duration drain = settings.timeouts().drain();
        notifier.stopping(drain.plus(STOP));
        listeners.handOver();
        events.close();
        LOG.info(
                "draining: {} under way, {}",
                turns(turns.count()),
                turns.count() == 0
                        ? "which takes no time"
                        : "for at most %s (timeouts.drain); a second SIGINT or SIGTERM ends at once"
                                .formatted(Units.text(drain)));
        CompletableFuture<Void> drained = http.drain().toCompletableFuture();
        int cut = 0;
        if (!isDone(CompletableFuture.anyOf(drained, hurry), drain) || !drained.isDone()) {
            cut = turns.count();
            turns.cutAll();
            isDone(drained, LAST_WORDS);
        }
        release();
        if (cut == 0) {
            LOG.info("stopped: no turn was cut");
        } else {
            LOG.warn("stopped: {} cut before the end", turns(cut));
        }
    }

    private static String turns(int count) {
        return count == 1 ? "1 turn" : count + " turns";
    }

    /** A {@link #close} that waits for turns ends them now. */
    public void hurry() {
        hurry.complete(null);
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

    private static boolean isDone(CompletableFuture<?> drained, Duration patience) {
        try {
            drained.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("draining failed", e);
        }
    }
}
