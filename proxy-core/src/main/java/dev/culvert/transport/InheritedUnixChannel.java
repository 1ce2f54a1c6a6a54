package dev.culvert.transport;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.AbstractEpollServerChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;

/** A Unix socket that another process also listens on: it knows its address and keeps its file. */
/* Netty's channel knows only an address that it bound itself. */
final class InheritedUnixChannel extends AbstractEpollServerChannel {
    private final EpollChannelConfig config =
            new EpollChannelConfig(this, new ServerChannelRecvByteBufAllocator()) {};
    private final DomainSocketAddress local;

    InheritedUnixChannel(int fd) {
        super(LinuxSocket.newSocket(fd), true);
        local = socket.localDomainSocketAddress();
    }

    @Override
    public EpollChannelConfig config() {
        return config;
    }

    @Override
    protected Channel newChildChannel(int fd, byte[] unused, int offset, int length) {
        return new EpollDomainSocketChannel(this, LinuxSocket.newSocket(fd));
    }

    @Override
    protected DomainSocketAddress localAddress0() {
        return local;
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("it is bound");
    }
}
