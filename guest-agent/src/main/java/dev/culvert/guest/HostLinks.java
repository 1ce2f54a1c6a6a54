package dev.culvert.guest;

import dev.culvert.guest.config.GuestSettings;
import dev.culvert.guest.config.JoinTarget;
import dev.culvert.guest.config.ListenSettings;
import dev.culvert.guest.connection.DialIn;
import dev.culvert.guest.connection.DialInPipeline;
import dev.culvert.guest.connection.GuestPipeline;
import dev.culvert.io.Quoted;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.InheritedSocket;
import dev.culvert.transport.Transport;
import dev.culvert.tunnel.TunnelOpening;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the guest and its hosts find each other: it listens for them, dials in, or both. */
final class HostLinks {
    private static final Logger LOG = LoggerFactory.getLogger(HostLinks.class);

    /** For a connection of a tunnel; what comes then has its own limit. */
    private static final Duration DIAL = Duration.ofSeconds(10);

    private final @Nullable Channel listening;
    private final @Nullable DialIn dialIn;
    private final SecureRandom random;

    private HostLinks(@Nullable Channel listening, @Nullable DialIn dialIn, SecureRandom random) {
        this.listening = listening;
        this.dialIn = dialIn;
        this.random = random;
    }

    /**
     * Listens, and begins to dial in.
     *
     * @param identities makes the handler that proves who the agent is where it dials in
     */
    static HostLinks open(
            GuestSettings settings,
            EventLoops loops,
            List<InheritedSocket> inherited,
            GuestPipeline links,
            Supplier<ChannelHandler> identities)
            throws IOException {
        JoinTarget target = settings.join().target().orElse(null);
        DialInPipeline pipeline =
                target == null
                        ? null
                        : new DialInPipeline(target, settings.join(), links, identities);
        if (target != null && pipeline != null) {
            dialTunnels(pipeline, target.address(), loops, links);
        }
        boolean listens = settings.listen().isWanted() || !inherited.isEmpty();
        Channel listening = listens ? listen(settings.listen(), loops, inherited, links) : null;
        DialIn dialIn = null;
        SecureRandom random = new SecureRandom();
        if (target != null && pipeline != null) {
            if (target.isExposed()) {
                LOG.warn(
                        "whoever is on the way to {} can read what is sent there, keys and answers"
                                + " included: use wss:// or tls://",
                        target);
            }
            dialIn = new DialIn(target, loops.transport(), loops.next(), pipeline, random);
            dialIn.begin();
        }
        return new HostLinks(listening, dialIn, random);
    }

    private static void dialTunnels(
            DialInPipeline pipeline, AgentAddress host, EventLoops loops, GuestPipeline links) {
        links.tunnels()
                .dialWith(opening ->
                        loops.transport()
                                .dial(loops.next(), host, DIAL, pipeline.of(opening))
                                .addListener((Future<Channel> dialled) -> {
                                    if (dialled.isSuccess()) {
                                        watch(dialled.getNow(), opening, links);
                                    } else {
                                        opening.failed(Quoted.message(dialled.cause()));
                                    }
                                }));
    }

    /** A connection may end before TLS and WebSocket let the tunnel see it. */
    private static void watch(Channel channel, TunnelOpening opening, GuestPipeline links) {
        links.own(channel);
        channel.closeFuture().addListener(_ -> opening.failed("the host closed the connection"));
    }

    /** The address at which it listens, if it does. */
    static AgentAddress address(ListenSettings listen, List<InheritedSocket> inherited) {
        return inherited.isEmpty() ? listen.address() : inherited.getFirst().address();
    }

    private static Channel listen(
            ListenSettings listen,
            EventLoops loops,
            List<InheritedSocket> inherited,
            GuestPipeline links)
            throws IOException {
        AgentAddress address = address(listen, inherited);
        listen.check(address);
        Transport transport = loops.transport();
        Future<Channel> bound =
                inherited.isEmpty()
                        ? transport.listen(loops.group(), address, links)
                        : transport.listen(loops.group(), inherited.getFirst(), links);
        if (!bound.awaitUninterruptibly().isSuccess()) {
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        return bound.getNow();
    }

    /**
     * The address that it listens on; with port 0 in the settings, the real port.
     *
     * @throws IllegalStateException if it does not listen
     */
    AgentAddress address() {
        if (listening == null) {
            throw new IllegalStateException("the agent dials in, and does not listen");
        }
        return Transport.localAddress(listening);
    }

    /**
     * Copies of a virtual machine have the same random state, and the same link: the random numbers
     * differ from here on, and where the machine was restored, the agent proves again who it is.
     */
    void renew(boolean restored) {
        random.setSeed(System.nanoTime());
        random.setSeed(System.currentTimeMillis());
        if (restored && dialIn != null) {
            dialIn.joinAgain("the VM was paused or restored, so the agent proves again who it is");
        }
    }

    /** Takes no other host, and dials no more. Links that are open stay so. */
    void close() {
        if (listening != null) {
            listening.close().awaitUninterruptibly();
        }
        if (dialIn != null) {
            dialIn.stop();
        }
    }

    @Override
    public String toString() {
        if (listening == null) {
            return "joining at " + dialIn;
        }
        String listens = "listening on " + address();
        return dialIn == null ? listens : listens + ", joining at " + dialIn;
    }
}
