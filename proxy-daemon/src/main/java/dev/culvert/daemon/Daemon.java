package dev.culvert.daemon;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.answer.TurnAnswers;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.MemorySettings;
import dev.culvert.daemon.config.SettingsInForce;
import dev.culvert.daemon.config.SettingsReader;
import dev.culvert.daemon.config.WorkerSettings;
import dev.culvert.daemon.continuations.Continuations;
import dev.culvert.daemon.fleet.AgentSource;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Fleet;
import dev.culvert.daemon.home.HomeLinks;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.Router;
import dev.culvert.daemon.join.JoinPipeline;
import dev.culvert.daemon.metrics.Metrics;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.daemon.steps.ForwardStep;
import dev.culvert.daemon.triggers.Triggers;
import dev.culvert.daemon.turn.Turns;
import dev.culvert.io.Account;
import dev.culvert.io.DirectMemory;
import dev.culvert.io.Shares;
import dev.culvert.io.Workers;
import dev.culvert.link.LinkDialer;
import dev.culvert.pool.LinkPool;
import dev.culvert.road.Road;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Notifier;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the daemon from its settings, part by part, and stops it. */
/* Over 300 lines, because it is a list of what there is and of what needs what. */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    /** How long a stop may take after the drain time. */
    private static final Duration STOP = Duration.ofSeconds(15);

    /** A reload replaces them; {@link Reload} names the settings that need a restart. */
    private volatile DaemonSettings settings;

    private final Kept kept;
    private final EventLoops loops;
    private final Metrics metrics = new Metrics();
    private final Admission admission = new Admission();
    private final Account account;
    private final Shares<AgentAddress> agentShares;
    private final Workers files;
    private final Workers others;
    private final Fleet fleet;
    private final LinkPool pool;
    private final AgentRooms rooms;
    private final HomeLinks homes;
    private final Turns turns;
    private final Auth auth;
    private final ClusterRoom cluster;
    private final Routes routes;
    private final Responses responses;
    private final OutsideRoom outside;
    private final Continuations continuations;
    private final Servers servers;
    private final JoinListeners agentListeners;
    private final SshRoom ssh;
    private final Telemetry telemetry;
    private final WebhookRoom webhooks;
    private final FlowRoom flows;
    private final TriggerRoom triggers;
    private final InventoryRoom inventory;
    private final GuestRoom guests;
    private final Notifier notifier;
    private final Reload reload;
    private final Drain drain;

    /** If the start fails, its sockets, event loops and state_dir are closed. */
    public static Daemon start(Settings<DaemonSettings> read, SettingsReader again, Systemd systemd)
            throws IOException {
        DaemonSettings settings = read.value();
        DirectMemory.limit();
        StateDir stateDir = StateDir.open(settings.stateDir(), settings.database());
        EventLoops loops = loops(settings.eventLoops(), stateDir);
        Daemon daemon = null;
        try {
            daemon = new Daemon(read, again, systemd, stateDir, loops);
            daemon.servers.open(settings, daemon.auth.callers());
            daemon.agentListeners.open(settings);
            return daemon;
        } catch (IOException | RuntimeException e) {
            if (daemon != null) {
                daemon.release();
            } else {
                loops.close();
                stateDir.close();
            }
            throw e;
        }
    }

    private static EventLoops loops(int wanted, StateDir stateDir) throws IOException {
        try {
            int cores = Runtime.getRuntime().availableProcessors();
            return EventLoops.start(wanted == 0 ? cores : wanted, "culvertd");
        } catch (UncheckedIOException e) {
            stateDir.close();
            throw e.getCause();
        }
    }

    private Daemon(
            Settings<DaemonSettings> read,
            SettingsReader reader,
            Systemd systemd,
            StateDir stateDir,
            EventLoops loops)
            throws IOException {
        this.loops = loops;
        kept = new Kept(stateDir, read.value().database(), metrics);
        DaemonSettings first = read.value();
        settings = first;

        // How much may wait, in bytes and for threads.
        account = new Account(first.memory().limits());
        agentShares =
                new Shares<>(
                        account,
                        MemorySettings.AGENT_SHARE,
                        () -> settings().memory().agentShare());
        files = workers(first.workers(), "files");
        others = workers(first.workers(), "others");

        // Each event loop has links of its own: a request stays on the loop that accepted it.
        pool =
                new LinkPool(
                        loops.group(),
                        this::dialer,
                        () -> settings().pool(),
                        metrics.links(),
                        agentShares);
        fleet = new Fleet(kept.stores().desired(), () -> settings().fleet(), this::road);
        // One more link to each agent shows whether it is there, and brings its configuration.
        rooms =
                new AgentRooms(
                        new SubjectRoom(this::settings, metrics, admission),
                        new ApprovalRoom(kept, this::settings, metrics, files, loops.group()),
                        new ReachRoom(this::settings, loops, metrics, fleet));
        homes = new HomeLinks(loops.group(), fleet, this::settings, rooms::serve);
        turns = new Turns(fleet, kept.turnIds(), this::settings, metrics.turns());

        // What clients reach, and who they are.
        auth =
                new Auth(
                        kept.stores().tokens(),
                        this::settings,
                        metrics,
                        loops.group().next(),
                        files);
        AgentAccess access = new AgentAccess(fleet::seenBy, homes::nudge, admission);
        TurnAnswers answers = new TurnAnswers(turns, admission, this::settings, metrics.streams());
        OffLoop offLoop = new OffLoop(files, others);
        cluster =
                new ClusterRoom(
                        first.cluster(),
                        new ClusterRoom.Local(
                                admission::isClosed, () -> fleet.all().size(), turns::count),
                        auth.tokens(),
                        metrics);
        routes =
                new Routes(
                        access,
                        admission,
                        this::settings,
                        account,
                        metrics,
                        offLoop,
                        cluster.readiness());
        responses =
                new Responses(
                        kept.stores().responses(), this::settings, metrics, files, loops.group());
        continuations =
                Continuations.restore(
                        kept.stores().continuations(),
                        kept.turnIds(),
                        () -> settings().continuations(),
                        files);
        outside = new OutsideRoom(kept, this::settings, metrics, files, loops, admission, fleet);
        telemetry = new Telemetry(metrics, first.telemetry());
        webhooks = new WebhookRoom(kept.stores(), loops, files, metrics);
        inventory = new InventoryRoom(kept.stores().inventory(), this::settings, loops, metrics);
        guests =
                new GuestRoom(
                        inventory.inventory()::servers,
                        first.guests(),
                        inventory.inventory()::soon,
                        loops.next(),
                        metrics);
        PlanRoom plans =
                new PlanRoom(
                        kept.stores().infra(),
                        this::settings,
                        inventory.inventory(),
                        guests.work(),
                        loops.next(),
                        metrics);
        StepRoom steps = new StepRoom(account, this::settings, metrics);
        flows =
                new FlowRoom(
                        kept.stores().flows(),
                        this::settings,
                        Stream.concat(
                                        steps
                                                .kinds(
                                                        loops,
                                                        files,
                                                        kept,
                                                        rooms.approvals().ofTheHost(),
                                                        new ForwardStep.Reach(
                                                                fleet::seenBy,
                                                                auth.callers(),
                                                                rooms.reach().tunnels()))
                                                .stream(),
                                        Stream.of(plans.step()))
                                .toList(),
                        metrics,
                        files,
                        loops.group());
        triggers =
                new TriggerRoom(
                        flows.flows(),
                        flows.folder(),
                        rooms.subjects().subjects(),
                        files,
                        loops.next(),
                        metrics);
        Listeners listeners = new Listeners(loops, systemd.sockets(), files, metrics.tls());
        AdminListener admin = new AdminListener(loops);
        Enrolling enrolling = new Enrolling(kept.stores(), fleet, this::settings, metrics, files);
        ssh = new SshRoom(kept, first.ssh(), loops, metrics);
        PreviewRoom previews =
                new PreviewRoom(kept.stores().previews(), this::settings, auth, metrics);
        routes.checks().through(ssh::through);
        Joins joins = new Joins(loops, this::settings, account, metrics, files);
        JoinPipeline joining =
                joins.pipeline(
                        rooms.reach().door(), enrolling.handshakes(joins.arrivals()::onAdmitted));
        agentListeners = joins.listeners(joining, listeners);
        List<Route> withoutFlows =
                joins.with(
                        routes.ofClients(
                                turns,
                                answers,
                                homes,
                                auth.tokens(),
                                responses.kept(),
                                continuations,
                                previews.with(
                                        ssh.with(
                                                outside.with(
                                                        enrolling.routes(
                                                                access,
                                                                admission,
                                                                offLoop,
                                                                listeners::addresses)),
                                                routes.checks().checks(),
                                                offLoop),
                                        access,
                                        admission,
                                        offLoop,
                                        listeners::addresses),
                                rooms),
                        joining,
                        admission);
        List<Route> ofClients =
                plans.with(
                        inventory.with(
                                flows.with(
                                        withoutFlows,
                                        triggers.route(admission, offLoop),
                                        admission,
                                        offLoop,
                                        routes.runs()),
                                fleet,
                                routes.runs(),
                                offLoop),
                        flows,
                        routes.runs());
        SettingsInForce inForce = new SettingsInForce(read);
        List<Route> ofOperators =
                cluster.with(
                        guests.with(
                                webhooks.with(
                                        routes.ofOperators(
                                                this::reload,
                                                inForce::rows,
                                                listeners,
                                                admin,
                                                turns,
                                                loops.group(),
                                                kept.database()),
                                        routes.runs()),
                                routes.runs()),
                        routes.runs());
        Router router =
                routes.forClients(
                        auth.callers(),
                        ofClients,
                        ofOperators,
                        admin,
                        previews.hosts(fleet, rooms.reach().tunnels(), admission));
        steps.serve(router);
        auth.tokens().listen(router.denials()::check);
        Pipelines pipelines = new Pipelines(account, this::settings, telemetry, Routes.problems());
        outside.serve(rooms.reach(), pipelines, metrics, loops, first.http());
        servers =
                new Servers(
                        listeners,
                        pipelines.of(first.http(), router),
                        admin,
                        pipelines.of(
                                first.admin().http(first.http()),
                                routes.forOperators(auth.operators(), ofClients, ofOperators)));
        notifier = systemd.notifier(loops);
        reload =
                new Reload(
                        reader,
                        inForce,
                        fleet.source(AgentSource.FILE),
                        this::use,
                        metrics.reloads(),
                        notifier);
        drain = new Drain(turns, () -> servers.drain(outside.drain()));
        metrics.watch(account);
        metrics.loops().watch(loops.group());
        new Meters(metrics, this::settings)
                .of(fleet)
                .of(turns)
                .of(continuations)
                .of(loops.transport());

        Reload.warn(first);

        // From here on agents are dialled.
        fleet.listen(homes);
        webhooks.begin(first, fleet, rooms.approvals(), flows.flows());
        enrolling.restore();
        fleet.source(AgentSource.FILE).replace(first.agents());
        kept.restore(fleet, routes.runs());
        ssh.restore(first);
        responses.resume(turns, auth.callers(), router.denials());
        // A run that goes on may change guests.
        inventory.begin(first);
        plans.restore();
        flows.begin(auth, before -> Triggers.again(settings().triggers(), before));
        triggers.use(first);
        guests.begin(inventory.inventory());
        cluster.begin();
        plans.begin();
    }

    private Road road(AgentAddress address) {
        return address instanceof AgentAddress.Incoming incoming
                ? new Road.Incoming(incoming, agentShares)
                : new Road.Dialled(address, pool);
    }

    private LinkDialer dialer(EventLoop loop) {
        return new LinkDialer(
                loop, loops.transport(), () -> settings().link(), metrics.links(), agentShares);
    }

    private Workers workers(WorkerSettings limits, String room) {
        Workers workers = new Workers("culvert-" + room, limits.threads(), limits.queue());
        metrics.workers(room, workers, limits.threads());
        return workers;
    }

    /** For those who test tunnels without what clients use of them. */
    ReachRoom reach() {
        return rooms.reach();
    }

    Fleet fleet() {
        return fleet;
    }

    private DaemonSettings settings() {
        return settings;
    }

    /** Where it listens, with the port that it got instead of port 0. */
    public List<AgentAddress> addresses() {
        return servers.addresses();
    }

    /** Where agents dial in, besides the addresses of clients. */
    public List<AgentAddress> joinAddresses() {
        return agentListeners.addresses();
    }

    /** Where operators reach it; empty if they cannot. */
    public List<AgentAddress> adminAddresses() {
        return servers.adminAddresses();
    }

    /** Tells systemd that it is ready. Signals may follow at once: handle them first. */
    public void ready() {
        notifier.ready(this::status);
    }

    private String status() {
        return admission.isClosed()
                ? "draining: %s under way".formatted(drain.underWay())
                : "listening on %s; %d of %d agents ready; %s under way"
                        .formatted(
                                addresses(),
                                fleet.count(AgentState.READY),
                                fleet.all().size(),
                                drain.underWay());
    }

    /** Reads the settings again. Returns every mistake; none if they are in force now. Blocks. */
    public List<String> reload() {
        return reload.run();
    }

    private void use(DaemonSettings next) {
        settings = next;
        account.limit(next.memory().limits());
        servers.use(next);
        agentListeners.use(next);
        auth.reload();
        outside.use(next);
        reach().tunnels().checkAll();
        telemetry.use(next.telemetry());
        webhooks.use(next);
        triggers.use(next);
        inventory.use(next);
        homes.pushAll();
    }

    /**
     * Refuses new work with 503, and waits until every client's connection has closed, the drain
     * time is over, or {@link #hurry} is called. Then it cuts the turns that are left, and stops.
     * On sockets that systemd owns, new clients wait for the next process. Blocks.
     */
    @Override
    public void close() {
        if (!admission.close()) {
            return;
        }
        Duration patience = settings().timeouts().drain();
        reload.stop();
        notifier.stopping(patience.plus(STOP));
        servers.handOver();
        agentListeners.close();
        routes.close();
        flows.endStreams();
        int cut = drain.run(patience);
        release();
        if (cut == 0) {
            LOG.info("stopped: no turn was cut");
        } else {
            LOG.warn("stopped: {} cut before the end", Drain.turns(cut));
        }
    }

    /** Makes a {@link #close} that waits for turns cut them now. */
    public void hurry() {
        drain.hurry();
    }

    private void release() {
        cluster.close();
        servers.close();
        agentListeners.close();
        Joins.dismiss(fleet);
        homes.close();
        pool.close();
        ssh.close();
        responses.close();
        continuations.close();
        webhooks.close();
        outside.close();
        guests.close();
        inventory.close();
        flows.close();
        files.close();
        others.close();
        loops.close();
        telemetry.close();
        metrics.close();
        kept.close();
    }
}
