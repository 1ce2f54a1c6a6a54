package dev.culvert.guest;

import dev.culvert.config.Version;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.config.TurnLogSettings;
import dev.culvert.guest.connection.GuestPipeline;
import dev.culvert.guest.connection.Vitals;
import dev.culvert.guest.runtime.EchoRuntime;
import dev.culvert.guest.runtime.HttpRuntime;
import dev.culvert.guest.runtime.LlmRuntime;
import dev.culvert.guest.runtime.RuntimeSettings;
import dev.culvert.guest.session.Agent;
import dev.culvert.guest.session.Session;
import dev.culvert.guest.session.SessionLimits;
import dev.culvert.guest.session.StateKeeper;
import dev.culvert.guest.session.TurnLimits;
import dev.culvert.systemd.Notifier;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.InheritedSocket;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Puts the guest together, and stops it: settings in, a listening guest out. */
public final class Guest implements AutoCloseable {
    /** For all of a stop but the drain time. */
    private static final Duration STOP = Duration.ofSeconds(10);

    private final GuestSettings settings;
    private final EventLoops loops;
    private final LlmRuntime runtime;
    private final StateKeeper keeper;
    private final Agent agent;
    private final GuestPipeline connections;
    private final Channel listening;
    private final Notifier notifier;

    /** Starts it. Where that fails, nothing of it is left. */
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
                    "systemd opened %d sockets, and an agent listens on one: let its socket unit have one ListenStream="
                            .formatted(inherited.size()));
        }
        notifier = systemd.notifier(loops);
        EventLoop loop = loops.next();
        runtime = runtime(settings.runtime(), loops.transport());
        keeper =
                settings.stateDir() == null
                        ? StateKeeper.forgetful()
                        : StateKeeper.in(settings.stateDir(), loop);
        agent = new Agent(loop, runtime, model(settings.runtime()), limits(settings), keeper);
        restore();
        AgentAddress address =
                inherited.isEmpty() ? settings.listen() : inherited.getFirst().address();
        boolean hostOnly =
                settings.acceptFrom() == GuestSettings.AcceptFrom.HOST
                        && address instanceof AgentAddress.Vsock;
        connections = new GuestPipeline(agent, vitals(), hostOnly);
        Transport transport = loops.transport();
        Future<Channel> bound =
                inherited.isEmpty()
                        ? transport.listen(loops.group(), address, connections)
                        : transport.listen(loops.group(), inherited.getFirst(), connections);
        if (!bound.awaitUninterruptibly().isSuccess()) {
            keeper.close();
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        listening = bound.getNow();
    }

    /** Where it listens, with the real port where 0 was asked for. */
    public AgentAddress address() {
        return Transport.localAddress(listening);
    }

    /** Tells systemd that it may be used: once signals are handled, for they may follow at once. */
    public void ready() {
        notifier.ready(this::status);
    }

    private String status() {
        return (agent.isDraining() ? "draining: " : "listening on " + address() + "; ")
                + agent.openTurns()
                + " turns under way";
    }

    /**
     * Stops accepting, lets turns go on for the drain time, then closes every connection. Waits for
     * all of it.
     */
    @Override
    public void close() {
        notifier.stopping(settings.drain().plus(STOP));
        listening.close().awaitUninterruptibly();
        EventLoop loop = loops.next();
        Promise<Void> idle = loop.newPromise();
        loop.execute(() -> agent.drain(() -> idle.trySuccess(null)));
        connections.tellHosts();
        idle.awaitUninterruptibly(settings.drain().toMillis());
        connections.closeAll(Duration.ofSeconds(1));
        loop.submit(agent::close).awaitUninterruptibly();
        runtime.close();
        keeper.close();
        loops.close();
    }

    private void restore() throws IOException {
        try {
            agent.restore();
        } catch (IOException e) {
            keeper.close();
            throw e;
        }
    }

    private static LlmRuntime runtime(GuestSettings.RuntimeSource settings, Transport transport)
            throws IOException {
        if (settings instanceof GuestSettings.RuntimeSource.Http http) {
            return new HttpRuntime(
                    new RuntimeSettings(
                            http.base(),
                            key(http.keyFile()),
                            timeouts(http.timeout()),
                            RuntimeSettings.Limits.DEFAULT),
                    transport::newTcpChannel);
        }
        return new EchoRuntime(((GuestSettings.RuntimeSource.Echo) settings).delay());
    }

    private static SessionLimits limits(GuestSettings settings) {
        TurnLogSettings logs = settings.turnLogs();
        return new SessionLimits(
                settings.maxContextBytes(),
                new TurnLimits(
                        settings.maxTurns(),
                        logs.bytes(),
                        logs.allBytes(),
                        logs.ttl(),
                        logs.orphanGrace()));
    }

    private static RuntimeSettings.Timeouts timeouts(Duration idle) {
        RuntimeSettings.Timeouts defaults = RuntimeSettings.Timeouts.DEFAULT;
        return new RuntimeSettings.Timeouts(defaults.connect(), idle, defaults.keepAlive());
    }

    private static @Nullable String model(GuestSettings.RuntimeSource settings) {
        return settings instanceof GuestSettings.RuntimeSource.Http http ? http.model() : null;
    }

    private static @Nullable String key(@Nullable Path file) throws IOException {
        return file == null ? null : Files.readString(file).strip();
    }

    private static Vitals vitals() {
        String instance = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());
        return new Vitals(Version.text(), instance, Session.FEATURES, System.nanoTime());
    }
}
