package dev.culvert.guest;

import dev.culvert.about.Version;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.config.ListenSettings;
import dev.culvert.guest.config.ListenSettings.AcceptFrom;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.guest.config.RuntimeSource;
import dev.culvert.guest.connection.GuestPipeline;
import dev.culvert.guest.connection.Vitals;
import dev.culvert.guest.desired.DesiredState;
import dev.culvert.guest.desired.StateKeeper;
import dev.culvert.guest.identity.Generation;
import dev.culvert.guest.inspect.Inspections;
import dev.culvert.guest.local.LocalSocket;
import dev.culvert.guest.outside.Outside;
import dev.culvert.guest.runtime.EchoRuntime;
import dev.culvert.guest.runtime.HttpRuntime;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.RuntimeSettings;
import dev.culvert.guest.runtime.RuntimeWatch;
import dev.culvert.guest.session.Session;
import dev.culvert.guest.subjects.Subjects;
import dev.culvert.guest.tunnel.HostTunnels;
import dev.culvert.guest.tunnel.LocalPorts;
import dev.culvert.guest.turn.Parking;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.mcp.Loopback;
import dev.culvert.systemd.Notifier;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.InheritedSocket;
import dev.culvert.transport.Transport;
import dev.culvert.tunnel.Destination;
import dev.culvert.tunnel.TunnelListener;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the guest together from its settings, starts it, and stops it. */
public final class Guest implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Guest.class);

    /** The guest has no high mark: it acts only at the limit. */
    private static final int HIGH_MARK_PERCENT = 100;

    /** The time for the rest of a stop, besides the drain time. */
    private static final Duration STOP = Duration.ofSeconds(10);

    private final GuestSettings settings;
    private final EventLoops loops;
    private final LlmRuntime runtime;
    private final RuntimeWatch watch;
    private final StateKeeper keeper;
    private final Turns turns;
    private final ToolsAtWork tools;
    private final Inspections inspections;
    private final GuestPipeline connections;
    private final Identities identity;
    private final HostLinks hosts;
    private final @Nullable LocalSocket programs;
    private final Outside outside;
    private final Notifier notifier;

    /** Starts a guest. A failed start leaves nothing behind. */
    public static Guest start(GuestSettings settings, Systemd systemd) throws IOException {
        EventLoops loops = EventLoops.start(1, "culvert-agent");
        try {
            return new Guest(settings, systemd, loops);
        } catch (IOException | RuntimeException e) {
            loops.close();
            throw e;
        }
    }

    private Guest(GuestSettings settings, Systemd systemd, EventLoops loops) throws IOException {
        this.settings = settings;
        this.loops = loops;
        List<InheritedSocket> inherited = systemd.sockets();
        if (inherited.size() > 1) {
            throw new IOException(
                    "systemd passed %d sockets, but an agent listens on one: keep one ListenStream= in its socket unit"
                            .formatted(inherited.size()));
        }
        notifier = systemd.notifier(loops);
        EventLoop loop = loops.next();
        runtime = runtime(settings.runtime(), loops.transport());
        keeper =
                settings.stateDir() == null
                        ? StateKeeper.forgetful()
                        : StateKeeper.in(settings.stateDir(), loop);
        DesiredState desired =
                new DesiredState(
                        settings.maxConfigBytes(),
                        settings.maxContextBytes(),
                        requests(settings.runtime()),
                        keeper);
        restore(desired);
        String instance = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());
        tools = tools(instance, desired, new Loopback(loop, loops.transport()::newTcpChannel));
        turns = new Turns(loop, runtime, settings.turns(), tools.blocked());
        watch = RuntimeWatch.begin(loop, runtime, settings.heartbeat(), this::tellHosts);
        Vitals vitals =
                vitals(
                        instance,
                        new Vitals.Reports(
                                settings.heartbeat(),
                                watch::trouble,
                                desired::policyVersion,
                                () -> tools.policies(desired),
                                tools.facts()));
        Subjects subjects = new Subjects(loop, settings.subjects());
        inspections = new Inspections(loop, places(settings));
        Account held = account(settings);
        connections =
                new GuestPipeline(
                        channel ->
                                new Session(turns, desired, subjects, tools.workshop(), channel)
                                        .inspectedBy(inspections),
                        vitals,
                        held,
                        new HostTunnels(settings.tunnels(), LocalPorts.of(loops)),
                        hostOnly(settings.listen(), inherited));
        desired.whenRuntimeKindChanges(connections::tellHosts);
        watchSnapshots(loop);
        try {
            identity = Identities.open(settings, vitals);
            programs = programs(subjects, held);
            outside = Outside.listen(settings.outside(), connections.tunnels(), loops);
            tools.goOn(turns, desired);
            hosts = HostLinks.open(settings, loops, inherited, connections, identity);
        } catch (IOException | RuntimeException e) {
            keeper.close();
            throw e;
        }
        LOG.info(
                "culvert-agent {}: {}, runtime {}, {}{}",
                Version.text(),
                hosts,
                settings.runtime(),
                keeper,
                tools);
    }

    private void tellHosts() {
        connections.tellHosts();
    }

    /**
     * Each host is told when the turns are parked and when they go on, before anybody is answered.
     */
    private void watchSnapshots(EventLoop loop) {
        Parking parking = turns.parking();
        Path generation = settings.identity().generationFile().orElse(null);
        parking.listen(
                new RestoreWatch(
                        loop,
                        parking,
                        () -> Generation.read(generation),
                        System::currentTimeMillis));
        parking.listen(
                new Parking.Listener() {
                    @Override
                    public void onParked() {
                        tools.hold();
                        tellHosts();
                    }

                    @Override
                    public void onGoingOn(Parking.End why) {
                        hosts.renew(why == Parking.End.RESTORED);
                        connections.tunnels().renew();
                        tools.letGo(why == Parking.End.RESTORED);
                        tellHosts();
                    }
                });
    }

    private static boolean hostOnly(ListenSettings listen, List<InheritedSocket> inherited) {
        return listen.acceptFrom() == AcceptFrom.HOST
                && HostLinks.address(listen, inherited) instanceof AgentAddress.Vsock;
    }

    /** The address it listens on; with port 0 in the settings, the real port. */
    public AgentAddress address() {
        return hosts.address();
    }

    /**
     * Opens a tunnel to something on the host. May be called on any thread; the listener is told on
     * the guest's event loop.
     */
    public void openTunnel(Destination.OnHost to, TunnelListener listener) {
        loops.next().execute(() -> connections.tunnels().open(to, listener));
    }

    /** Where hosts reach it, or it reaches them, for people. */
    public String place() {
        return hosts.toString();
    }

    /**
     * Tells systemd that the guest is ready. Signals, which may follow at once, must be handled.
     */
    public void ready() {
        notifier.ready(this::status);
    }

    /** Where programs in the VM reach what is outside, with the ports that it got. */
    public List<AgentAddress> outside() {
        return outside.addresses();
    }

    private String status() {
        return (turns.isDraining() ? "draining: " : hosts + "; ")
                + turns.count()
                + " turns under way";
    }

    /**
     * Stops accepting links, lets turns go on for the drain time, and closes every link. Blocks
     * until all that is done.
     */
    @Override
    public void close() {
        notifier.stopping(settings.drain().plus(STOP));
        watch.end();
        outside.close();
        hosts.close();
        EventLoop loop = loops.next();
        Promise<Void> idle = loop.newPromise();
        loop.execute(() -> drain(idle));
        connections.tellHosts();
        idle.awaitUninterruptibly(settings.drain().toMillis());
        int cut = turns.count();
        if (programs != null) {
            programs.close();
        }
        connections.closeAll(Duration.ofSeconds(1));
        loop.submit(turns::close).awaitUninterruptibly();
        inspections.close();
        tools.close();
        runtime.close();
        keeper.close();
        identity.close();
        loops.close();
        LOG.info("stopped: {}", cut(cut));
    }

    private void drain(Promise<Void> idle) {
        if (turns.count() > 0) {
            LOG.info(
                    "stopping: waiting up to {} s (--drain) for {} to end; a second signal stops at once",
                    settings.drain().toMillis() / 1000.0,
                    turns(turns.count()));
        }
        tools.stop();
        turns.drain(() -> idle.trySuccess(null));
    }

    /** Logs which turns a stop at once cuts off. May be called on any thread. */
    public void giveUp() {
        LOG.warn("stopped at the second signal: {}", cut(turns.count()));
    }

    private static String cut(int turns) {
        return turns == 0
                ? "no turn was cut"
                : turns(turns) + (turns == 1 ? " was cut" : " were cut");
    }

    private static String turns(int count) {
        return count == 1 ? "1 turn" : count + " turns";
    }

    /** The socket for programs in the VM, if there is to be one. */
    private @Nullable LocalSocket programs(Subjects subjects, Account held) throws IOException {
        Path file = settings.subjects().localSocket();
        if (file == null) {
            return null;
        }
        return LocalSocket.listen(file, subjects, held, loops);
    }

    private void restore(DesiredState desired) throws IOException {
        try {
            desired.restore();
        } catch (IOException e) {
            keeper.close();
            throw e;
        }
    }

    private ToolsAtWork tools(String instance, DesiredState desired, Loopback loopback)
            throws IOException {
        try {
            return ToolsAtWork.open(settings, instance, desired, loops.next(), loopback);
        } catch (IOException e) {
            keeper.close();
            throw e;
        }
    }

    /** What has files of the agent, so that its disk is of interest. */
    private static List<Path> places(GuestSettings settings) {
        Path state = settings.stateDir();
        return state == null ? List.of() : List.of(state);
    }

    private static Account account(GuestSettings settings) {
        return new Account(
                new AccountLimits("--max-held-bytes", settings.maxHeldBytes(), HIGH_MARK_PERCENT));
    }

    private static LlmRuntime runtime(RuntimeSource source, Transport transport)
            throws IOException {
        return switch (source) {
            case RuntimeSource.Echo echo -> new EchoRuntime(echo.delay());
            case RuntimeSource.Http http ->
                    new HttpRuntime(
                            new RuntimeSettings(
                                    http.base(),
                                    KeyFile.read(http),
                                    http.requests(),
                                    http.timeouts(),
                                    http.limits()),
                            transport::newTcpChannel);
        };
    }

    private static RuntimeRequests requests(RuntimeSource source) {
        return source instanceof RuntimeSource.Http http
                ? http.requests()
                : RuntimeRequests.DEFAULTS;
    }

    private Vitals vitals(String instance, Vitals.Reports reports) {
        List<String> features = new ArrayList<>(Session.FEATURES);
        features.add(Inspections.FEATURE);
        if (tools.workshop() != null) {
            features.addAll(Session.TOOLS);
        }
        return new Vitals(
                Version.text(), instance, tools.instances(), features, System.nanoTime(), reports);
    }
}
