package dev.culvert.daemon;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.daemon.http.tls.Certificates;
import dev.culvert.daemon.http.tls.TlsObserver;
import dev.culvert.io.Workers;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.InheritedSocket;
import dev.culvert.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets that clients connect to: those that systemd opened, else those of the settings. */
final class Listeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    /** The FileDescriptorName= of a socket with TLS. */
    private static final String TLS = "tls";

    private final EventLoops loops;
    private final List<InheritedSocket> inherited;
    private final Workers workers;
    private final TlsObserver observer;
    private final List<Channel> channels = new ArrayList<>();
    private final List<AgentAddress> addresses = new ArrayList<>();
    private volatile @Nullable Certificates certificates;

    /**
     * @param inherited sockets of systemd; if there are any, those of the settings are not opened
     * @param workers look at the files of certificates now and then
     */
    Listeners(
            EventLoops loops,
            List<InheritedSocket> inherited,
            Workers workers,
            TlsObserver observer) {
        this.loops = loops;
        this.inherited = inherited;
        this.workers = workers;
        this.observer = observer;
    }

    /**
     * Opens one socket after another, and warns when they let everybody in.
     *
     * @throws IOException one sentence, when one of them cannot or must not be used
     */
    void open(HttpSettings settings, Callers callers, HttpPipeline pipeline) throws IOException {
        Optional<String> refusal = callers.areOff() ? refusal(settings) : Optional.empty();
        if (refusal.isPresent()) {
            throw new IOException(refusal.get());
        }
        listen(settings, pipeline);
        if (callers.areOff() && settings.allowUnauthenticated()) {
            LOG.warn(
                    "http.allow_unauthenticated is set: whoever can reach {} controls every agent",
                    addresses());
        }
    }

    /** Why the daemon does not start without credentials; empty if it does. */
    private Optional<String> refusal(HttpSettings settings) {
        return inherited.isEmpty()
                ? settings.refusalWithoutCredentials()
                : inherited.stream()
                        .filter(socket -> settings.needsCredentials(socket.address()))
                        .map(socket ->
                                "the socket %s of systemd, %s cannot be used: %s"
                                        .formatted(
                                                socket.name(),
                                                socket.address(),
                                                HttpSettings.NO_CREDENTIALS))
                        .findFirst();
    }

    private void listen(HttpSettings settings, HttpPipeline pipeline) throws IOException {
        Transport transport = loops.transport();
        if (inherited.isEmpty()) {
            for (AgentAddress address : settings.listen()) {
                ChannelHandler stations = stations(address, settings, pipeline);
                add(address, transport.listen(loops.group(), address, stations));
            }
            return;
        }
        for (InheritedSocket socket : inherited) {
            try {
                settings.checkListen(address(socket));
            } catch (IllegalArgumentException e) {
                throw new IOException(
                        "the socket " + socket.name() + " of systemd, " + e.getMessage(), e);
            }
        }
        for (InheritedSocket socket : inherited) {
            ChannelHandler stations = stations(address(socket), settings, pipeline);
            add(address(socket), transport.listen(loops.group(), socket, stations));
        }
        if (!settings.listen().equals(addresses())) {
            LOG.info("http.listen is not used, because systemd opened {}", addresses());
        }
    }

    /** A socket of systemd speaks TLS if its name says so. */
    private static AgentAddress address(InheritedSocket socket) {
        return socket.name().equals(TLS) && socket.address() instanceof Tcp tcp
                ? tcp.withTls()
                : socket.address();
    }

    private ChannelHandler stations(
            AgentAddress address, HttpSettings settings, HttpPipeline pipeline) throws IOException {
        if (!(address instanceof Tcp tcp && tcp.tls())) {
            return pipeline;
        }
        return pipeline.withTls(certificates(settings));
    }

    /** Those of every socket with TLS. Blocks when they are first needed. */
    synchronized Certificates certificates(HttpSettings settings) throws IOException {
        Certificates known = certificates;
        if (known == null) {
            known = new Certificates(settings.tls(), HttpPipeline.PROTOCOLS, observer);
            known.watch(loops.group(), workers);
            certificates = known;
        }
        return known;
    }

    private void add(AgentAddress asked, Future<Channel> listening) throws IOException {
        if (!listening.awaitUninterruptibly().isSuccess()) {
            throw new IOException(listening.cause().getMessage(), listening.cause());
        }
        channels.add(listening.getNow());
        AgentAddress got = Transport.localAddress(listening.getNow());
        addresses.add(
                asked instanceof Tcp tcp && tcp.tls() && got instanceof Tcp port
                        ? port.withTls()
                        : got);
    }

    /** Takes other settings of TLS for connections to come. Blocks. */
    void use(HttpSettings settings) {
        Certificates known = certificates;
        if (known != null && settings.tls().cert().isPresent()) {
            known.use(settings.tls());
        }
    }

    /** With the port that it got instead of port 0. */
    List<AgentAddress> addresses() {
        return List.copyOf(addresses);
    }

    /**
     * Leaves the sockets of systemd to systemd: new clients wait there for the next process. When
     * this returns, every earlier connection has its pipeline.
     */
    void handOver() {
        if (!inherited.isEmpty()) {
            close();
            for (EventExecutor loop : loops.group()) {
                loop.submit(() -> {}).awaitUninterruptibly();
            }
        }
    }

    @Override
    public void close() {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
    }
}
