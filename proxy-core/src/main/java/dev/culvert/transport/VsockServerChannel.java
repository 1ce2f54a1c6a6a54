package dev.culvert.transport;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.AbstractEpollServerChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A listening vsock port. */
final class VsockServerChannel extends AbstractEpollServerChannel {
    private static final int ANY_PORT = -1;

    private final EpollChannelConfig config =
            new EpollChannelConfig(this, new ServerChannelRecvByteBufAllocator()) {};
    private volatile @Nullable VSockAddress local;

    VsockServerChannel() {
        this(LinuxSocket.newVSockStream(), false);
    }

    /** For a socket that listens already. */
    VsockServerChannel(int fd) {
        this(LinuxSocket.newSocket(fd), true);
        local = socket.localVSockAddress();
    }

    private VsockServerChannel(LinuxSocket socket, boolean active) {
        super(VsockOptions.apply(socket, VsockOptions.LISTENING_BUFFER_BYTES), active);
    }

    @Override
    public EpollChannelConfig config() {
        return config;
    }

    /** Port 0 is a port like any other to vsock; here, as elsewhere, it asks for a free one. */
    @Override
    protected void doBind(SocketAddress address) throws Exception {
        VSockAddress wanted = (VSockAddress) address;
        int port = wanted.getPort() == 0 ? ANY_PORT : wanted.getPort();
        socket.bindVSock(new VSockAddress(wanted.getCid(), port));
        socket.listen(Transport.BACKLOG);
        local = socket.localVSockAddress();
        active = true; // the channelActive that follows starts the first accept
    }

    @Override
    protected Channel newChildChannel(int fd, byte[] unused, int offset, int length) {
        return new VsockChannel(this, fd);
    }

    @Override
    protected @Nullable VSockAddress localAddress0() {
        return local;
    }
}
