package dev.culvert.transport;

import io.netty.channel.Channel;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.Native;
import io.netty.channel.epoll.VSockAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A vsock stream: Netty has the system calls, but no channel for them. */
final class VsockChannel extends AbstractEpollStreamChannel {
    private final EpollChannelConfig config = new EpollChannelConfig(this) {};
    private volatile @Nullable VSockAddress local;
    private volatile @Nullable VSockAddress remote;

    /** For connecting. */
    VsockChannel() {
        super(
                VsockOptions.apply(LinuxSocket.newVSockStream(), VsockOptions.DIALING_BUFFER_BYTES),
                false);
    }

    /** For an accepted connection, which inherits the listening socket's options. */
    VsockChannel(Channel parent, int fd) {
        super(parent, fd);
        local = socket.localVSockAddress();
        remote = socket.remoteVSockAddress(); // null if the peer is gone already
    }

    @Override
    public EpollChannelConfig config() {
        return config;
    }

    @Override
    protected boolean doConnect(SocketAddress to, @Nullable SocketAddress from) throws Exception {
        boolean connected = socket.connectVSock((VSockAddress) to);
        if (!connected) {
            setFlag(Native.EPOLLOUT); // reports the end of the attempt
        }
        remote = (VSockAddress) to;
        local = socket.localVSockAddress();
        return connected;
    }

    @Override
    protected @Nullable VSockAddress localAddress0() {
        return local;
    }

    @Override
    protected @Nullable VSockAddress remoteAddress0() {
        return remote;
    }
}
