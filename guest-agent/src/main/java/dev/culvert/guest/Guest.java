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
import dev.culvert.guest.local.LocalSocket;
import dev.culvert.guest.runtime.EchoRuntime;
import dev.culvert.guest.runtime.HttpRuntime;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.RuntimeSettings;
import dev.culvert.guest.runtime.RuntimeWatch;
import dev.culvert.guest.session.Session;
import dev.culvert.guest.subjects.Subjects;
import dev.culvert.guest.tools.Workshop;
import dev.culvert.guest.turn.Parking;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.Account;
import dev.culvert.io.AccountLimits;
import dev.culvert.systemd.Notifier;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.InheritedSocket;
import dev.culvert.transport.Transport;
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
    private final @Nullable Workshop workshop;
    private final GuestPipeline connections;
    private final Identities identity;
    private final HostLinks hosts;
    private final @Nullable LocalSocket programs;
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
        turns = new Turns(loop, runtime, settings.turns());
        workshop = workshop(settings);
        watch = RuntimeWatch.begin(loop, runtime, settings.heartbeat(), this::tellHosts);
        Vitals vitals =
                vitals(
                        workshop != null,
                        new Vitals.Reports(
                                settings.heartbeat(), watch::trouble, desired::policyVersion));
        Subjects subjects = new Subjects(loop, settings.subjects());
        Account held = account(settings);
        connections =
                new GuestPipeline(
                        channel -> new Session(turns, desired, subjects, workshop, channel),
                        vitals,
                        held,
                        hostOnly(settings.listen(), inherited));
        desired.whenRuntimeKindChanges(connections::tellHosts);
        watchSnapshots(loop);
        try {
            identity = Identities.open(settings, vitals);
            programs = programs(subjects, held);
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
                workshop == null ? "" : ", " + workshop);
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
                        tellHosts();
                    }

                    @Override
                    public void onGoingOn(Parking.End why) {
                        hosts.renew(why == Parking.End.RESTORED);
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
        if (workshop != null) {
            workshop.close();
        }
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

    private @Nullable Workshop workshop(GuestSettings settings) throws IOException {
        try {
            return Workshop.open(settings.tools(), settings.stateDir());
        } catch (IOException e) {
            keeper.close();
            throw e;
        }
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

    private static Vitals vitals(boolean hasTools, Vitals.Reports reports) {
        List<String> features = new ArrayList<>(Session.FEATURES);
        if (hasTools) {
            features.add(Session.TOOLS);
        }
        String instance = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());
        return new Vitals(Version.text(), instance, features, System.nanoTime(), reports);
    }
}
