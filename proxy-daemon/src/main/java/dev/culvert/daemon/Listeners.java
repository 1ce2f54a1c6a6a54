package dev.culvert.daemon;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.HttpSettings;
import dev.culvert.transport.AgentAddress;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets that clients connect to: those that systemd opened, else those of the settings. */
final class Listeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final EventLoops loops;
    private final List<InheritedSocket> inherited;
    private final List<Channel> channels = new ArrayList<>();

    /**
     * @param inherited sockets of systemd; if there are any, those of the settings are not opened
     */
    Listeners(EventLoops loops, List<InheritedSocket> inherited) {
        this.loops = loops;
        this.inherited = inherited;
    }

    /**
     * Opens one socket after another, and warns when they let everybody in.
     *
     * @throws IOException one sentence, when one of them cannot or must not be used
     */
    void open(HttpSettings settings, Callers callers, ChannelHandler pipeline) throws IOException {
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

    private void listen(HttpSettings settings, ChannelHandler pipeline) throws IOException {
        Transport transport = loops.transport();
        if (inherited.isEmpty()) {
            for (AgentAddress address : settings.listen()) {
                add(transport.listen(loops.group(), address, pipeline));
            }
            return;
        }
        for (InheritedSocket socket : inherited) {
            try {
                settings.checkListen(socket.address());
            } catch (IllegalArgumentException e) {
                throw new IOException(
                        "the socket " + socket.name() + " of systemd, " + e.getMessage(), e);
            }
        }
        for (InheritedSocket socket : inherited) {
            add(transport.listen(loops.group(), socket, pipeline));
        }
        if (!settings.listen().equals(addresses())) {
            LOG.info("http.listen is not used, because systemd opened {}", addresses());
        }
    }

    private void add(Future<Channel> listening) throws IOException {
        if (!listening.awaitUninterruptibly().isSuccess()) {
            throw new IOException(listening.cause().getMessage(), listening.cause());
        }
        channels.add(listening.getNow());
    }

    /** With the port that it got instead of port 0. */
    List<AgentAddress> addresses() {
        return channels.stream().map(Transport::localAddress).toList();
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
