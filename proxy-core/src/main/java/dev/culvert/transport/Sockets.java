package dev.culvert.transport;

import dev.culvert.transport.AgentAddress.HybridUnix;
import dev.culvert.transport.AgentAddress.Incoming;
import dev.culvert.transport.AgentAddress.Tcp;
import dev.culvert.transport.AgentAddress.Unix;
import dev.culvert.transport.AgentAddress.Vsock;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** One kind of event loop, with its channels and socket addresses. */
/*
 * The guest's start runs through this, so it does not switch over types: a program's first such
 * switch costs a third of that start, because the JVM's cache contains nothing of it.
 */
enum Sockets {
    EPOLL {
        @Override
        IoHandlerFactory ioHandlers() {
            return EpollHandler.newFactory();
        }

        @Override
        Channel dialing(AgentAddress address) throws DialException {
            return switch (address) {
                case Vsock _ -> new VsockChannel();
                case HybridUnix _, Unix _ -> new EpollDomainSocketChannel();
                case Tcp _ -> tcpChannel();
                case Incoming _ -> throw noSocket(address);
            };
        }

        @Override
        Channel tcpChannel() {
            return new EpollSocketChannel();
        }

        @Override
        ServerChannel listening(AgentAddress address) throws DialException {
            if (address instanceof HybridUnix) {
                throw dialOnly(address);
            }
            if (address instanceof Vsock) {
                return new VsockServerChannel();
            }
            return address instanceof Unix
                    ? new EpollServerDomainSocketChannel()
                    : new EpollServerSocketChannel();
        }

        @Override
        ServerChannel inherited(InheritedSocket socket) {
            if (socket.address() instanceof Vsock) {
                return new VsockServerChannel(socket.fd());
            }
            return socket.address() instanceof Unix
                    ? new InheritedUnixChannel(socket.fd())
                    : new EpollServerSocketChannel(socket.fd());
        }

        @Override
        Channel datagrams() {
            return new EpollDomainDatagramChannel();
        }

        @Override
        SocketAddress unixAddress(String path) {
            return new DomainSocketAddress(path);
        }
    },

    NIO {
        @Override
        IoHandlerFactory ioHandlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        Channel dialing(AgentAddress address) throws DialException {
            return switch (address) {
                case Vsock _ -> throw needsEpoll(address);
                case HybridUnix _, Unix _ -> new NioDomainSocketChannel();
                case Tcp _ -> tcpChannel();
                case Incoming _ -> throw noSocket(address);
            };
        }

        @Override
        Channel tcpChannel() {
            return new NioSocketChannel();
        }

        @Override
        ServerChannel listening(AgentAddress address) throws DialException {
            return switch (address) {
                case Vsock _ -> throw needsEpoll(address);
                case HybridUnix _ -> throw dialOnly(address);
                case Incoming _ -> throw noSocket(address);
                case Unix _ -> new NioServerDomainSocketChannel();
                case Tcp _ -> new NioServerSocketChannel();
            };
        }

        @Override
        ServerChannel inherited(InheritedSocket socket) {
            throw new UnsupportedOperationException("an inherited socket needs epoll");
        }

        @Override
        Channel datagrams() {
            throw new UnsupportedOperationException("datagrams on a Unix socket need epoll");
        }

        @Override
        SocketAddress unixAddress(String path) {
            return UnixDomainSocketAddress.of(path);
        }
    };

    abstract IoHandlerFactory ioHandlers();

    abstract Channel tcpChannel();

    abstract Channel dialing(AgentAddress address) throws DialException;

    abstract ServerChannel listening(AgentAddress address) throws DialException;

    abstract ServerChannel inherited(InheritedSocket socket);

    abstract Channel datagrams();

    abstract SocketAddress unixAddress(String path);

    /** The address to connect to; a host name stays one, for {@link HostResolver} to look up. */
    SocketAddress socketAddress(AgentAddress address) {
        if (address instanceof Vsock vsock) {
            return new VSockAddress(vsock.cid(), vsock.port());
        }
        if (address instanceof Tcp tcp) {
            return tcp.isNumeric()
                    ? new InetSocketAddress(tcp.host(), tcp.port())
                    : InetSocketAddress.createUnresolved(tcp.host(), tcp.port());
        }
        return unixAddress(
                address instanceof Unix unix ? unix.path() : ((HybridUnix) address).path());
    }

    /** The address to bind to; looks a host name up at once, which blocks. */
    SocketAddress listenAddress(AgentAddress address) {
        return address instanceof Tcp tcp
                ? new InetSocketAddress(tcp.host(), tcp.port())
                : socketAddress(address);
    }

    private static DialException needsEpoll(AgentAddress address) {
        return new DialException(
                address,
                "vsock needs Linux with epoll, which does not load here: see the first lines of the log");
    }

    private static DialException noSocket(AgentAddress address) {
        return new DialException(address, "this agent dials in, so there is no socket to open");
    }

    private static DialException dialOnly(AgentAddress address) {
        return new DialException(
                address,
                "this address can only be dialled: in the guest listen on vsock://any:PORT, and on the host on unix:///PATH_PORT for what a guest dials");
    }
}
