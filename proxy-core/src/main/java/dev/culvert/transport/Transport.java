package dev.culvert.transport;

import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Incoming;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Dials and listens on every kind of address. Safe for all threads; futures fail with a {@link
 * DialException}.
 */
/* Over 300 lines by a few, because each kind of address is dialled, listened on and named here, side by side. */
public final class Transport {
    static final int BACKLOG = 1024;

    private final Sockets sockets;
    private final HostResolver hostNames = new HostResolver();
    private final LongAdder acceptFailures = new LongAdder();

    Transport(Sockets sockets) {
        this.sockets = sockets;
    }

    /**
     * Opens a connection. The future completes when bytes can flow, and only then does {@code
     * pipeline} see channelActive; if it fails or is cancelled, the channel is closed.
     *
     * @param timeout for look-up, connection and handshake together
     */
    public Future<Channel> dial(
            EventLoop loop, AgentAddress address, Duration timeout, ChannelHandler pipeline) {
        Channel channel;
        try {
            checkDialable(address);
            if (loop.isShuttingDown()) {
                throw new DialException(address, "this process is stopping");
            }
            channel = sockets.dialing(address);
        } catch (DialException e) {
            return loop.newFailedFuture(e);
        } catch (ChannelException e) {
            return loop.newFailedFuture(Diagnosis.dialing(address, rootOf(e)));
        }
        Promise<Channel> dialed = loop.newPromise();
        ChannelFuture connected =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(() -> channel)
                        .resolver(hostNames)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                0) // the timeout here covers more
                        .handler(dialing(address, dialed, pipeline))
                        .connect(sockets.socketAddress(address));
        connected.addListener(_ -> {
            if (!connected.isSuccess()) {
                dialed.tryFailure(Diagnosis.dialing(address, connected.cause()));
            } else if (!(address instanceof HybridUnix)) {
                dialed.trySuccess(channel);
            }
        });
        Future<?> deadline =
                loop.schedule(
                        () -> dialed.tryFailure(Diagnosis.timedOut(address, timeout)),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS);
        dialed.addListener(_ -> {
            deadline.cancel(false);
            if (!dialed.isSuccess()) {
                var _ = channel.close();
            }
        });
        return dialed;
    }

    private static ChannelHandler dialing(
            AgentAddress address, Promise<Channel> dialed, ChannelHandler pipeline) {
        if (!(address instanceof HybridUnix hybrid)) {
            return pipeline;
        }
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast("handshake", new HybridHandshake(hybrid, dialed))
                        .addLast(pipeline);
            }
        };
    }

    /** How often a listener could not accept so far, mostly for lack of file descriptors. */
    public long acceptFailures() {
        return acceptFailures.sum();
    }

    private static void checkDialable(AgentAddress address) throws DialException {
        boolean wildcard =
                switch (address) {
                    case Vsock vsock -> vsock.cid() == Vsock.ANY_CID || vsock.port() == 0;
                    case HybridUnix _, Unix _ -> false;
                    case Tcp tcp -> tcp.port() == 0;
                    case Incoming _ ->
                            throw new DialException(
                                    address, "this agent dials in, and cannot be dialled");
                };
        if (wildcard) {
            throw new DialException(
                    address,
                    "this address is only for listening: to dial, give one CID or host and a port"
                            + " other than 0");
        }
    }

    /**
     * Listens, with {@code pipeline} as the (sharable) handler of every accepted channel. Blocks
     * for a look-up if {@code address} has a host name. Replaces a Unix socket that a dead listener
     * left, and unlinks it when the channel closes.
     *
     * @return the listening channel
     */
    public Future<Channel> listen(
            EventLoopGroup loops, AgentAddress address, ChannelHandler pipeline) {
        EventLoop loop = loops.next();
        ServerChannel channel;
        try {
            if (address instanceof Unix unix) {
                UnixSocketFile.clear(unix);
            }
            channel = sockets.listening(address);
        } catch (DialException e) {
            return loop.newFailedFuture(e);
        } catch (IOException e) {
            return loop.newFailedFuture(Diagnosis.listening(address, e));
        } catch (ChannelException e) {
            return loop.newFailedFuture(Diagnosis.listening(address, rootOf(e)));
        }
        // Not set by the bootstrap, which would log a warning: vsock has no such option and uses
        // the
        // constant itself.
        channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        Promise<Channel> listening = loop.newPromise();
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(loops)
                        .channelFactory(() -> channel)
                        .handler(new AcceptFailures(address, acceptFailures))
                        .childHandler(pipeline)
                        .bind(sockets.listenAddress(address));
        bound.addListener(_ -> {
            if (!bound.isSuccess()) {
                listening.tryFailure(Diagnosis.listening(address, bound.cause()));
            } else if (!listening.trySuccess(channel)) { // cancelled
                var _ = channel.close();
            }
        });
        return listening;
    }

    /**
     * Listens on a socket that is bound already. It is closed with the channel and otherwise left
     * alone: its opener may go on using it.
     */
    public Future<Channel> listen(
            EventLoopGroup loops, InheritedSocket socket, ChannelHandler pipeline) {
        ServerChannel channel = sockets.inherited(socket);
        // A connection that waits, accepted before the bootstrap is done, would be lost.
        channel.config().setAutoRead(false);
        ChannelFuture registered =
                new ServerBootstrap()
                        .group(loops)
                        .channelFactory(() -> channel)
                        .handler(new AcceptFailures(socket.address(), acceptFailures))
                        .childHandler(pipeline)
                        .register();
        Promise<Channel> listening = loops.next().newPromise();
        registered.addListener(_ -> {
            if (registered.isSuccess()) {
                channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
                listening.trySuccess(channel);
            } else {
                listening.tryFailure(Diagnosis.listening(socket.address(), registered.cause()));
            }
        });
        return listening;
    }

    /**
     * Connects to a Unix socket for datagrams; each buffer that is written to the channel becomes
     * one.
     *
     * @param name a path, or {@code @} and a name in the kernel's abstract namespace
     */
    public Future<Channel> connectDatagrams(EventLoop loop, String name) {
        String path = name.startsWith("@") ? '\0' + name.substring(1) : name;
        Promise<Channel> connecting = loop.newPromise();
        ChannelFuture connected =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(sockets::datagrams)
                        .option(ChannelOption.AUTO_READ, false)
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(new DomainSocketAddress(path));
        connected.addListener(_ -> {
            if (connected.isSuccess()) {
                connecting.trySuccess(connected.channel());
            } else {
                connecting.tryFailure(connected.cause());
            }
        });
        return connecting;
    }

    /** A TCP channel class that fits the loops, for a client of another protocol. */
    public Channel newTcpChannel() {
        return sockets.tcpChannel();
    }

    /** The address that a listening channel has, with its port if 0 was asked for. */
    public static AgentAddress localAddress(Channel channel) {
        return addressOf(channel.localAddress());
    }

    /** Where the other end of an accepted channel is, for people. */
    public static String peerText(Channel channel) {
        SocketAddress remote = channel.remoteAddress();
        if (remote instanceof VSockAddress || remote instanceof InetSocketAddress) {
            return addressOf(remote).toString();
        }
        SocketAddress local = channel.localAddress(); // the other end of a Unix socket has no name
        return local == null ? "nowhere" : addressOf(local).toString();
    }

    static AgentAddress addressOf(SocketAddress local) {
        if (local instanceof VSockAddress vsock) {
            return new Vsock(vsock.getCid(), vsock.getPort());
        }
        if (local instanceof InetSocketAddress tcp) {
            return new Tcp(NetUtil.toAddressString(tcp.getAddress()), tcp.getPort());
        }
        if (local instanceof DomainSocketAddress unix) {
            return new Unix(unix.path());
        }
        if (local instanceof UnixDomainSocketAddress unix) {
            return new Unix(unix.getPath().toString());
        }
        throw new IllegalArgumentException("not where a channel listens: " + local);
    }

    /**
     * The CID at the other end of a vsock channel. Empty for other transports, and if the peer left
     * before it was accepted: whoever filters by CID must refuse an empty one.
     */
    public static OptionalInt peerCid(Channel channel) {
        return channel.remoteAddress() instanceof VSockAddress peer
                ? OptionalInt.of(peer.getCid())
                : OptionalInt.empty();
    }

    /**
     * Who connected to the Unix socket of a channel, or of the channel that it is a stream of.
     * Empty for other transports, without epoll, and if the peer has left.
     */
    public static Optional<UnixPeer> unixPeer(Channel channel) {
        for (Channel it = channel; it != null; it = it.parent()) {
            if (it instanceof EpollDomainSocketChannel unix) {
                try {
                    PeerCredentials peer = unix.peerCredentials();
                    return Optional.of(
                            new UnixPeer(
                                    Integer.toUnsignedLong(peer.uid()),
                                    Integer.toUnsignedLong(peer.gids()[0])));
                } catch (IOException _) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static Throwable rootOf(ChannelException e) {
        return e.getCause() == null ? e : e.getCause();
    }
}
