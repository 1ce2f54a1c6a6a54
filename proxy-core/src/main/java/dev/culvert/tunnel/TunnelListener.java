package dev.culvert.tunnel;

import io.netty.channel.Channel;

/** Is told once, on the event loop that was asked for, whether there is a tunnel. */
public interface TunnelListener {
    /**
     * The tunnel is open, and the listener's from now on. Its handlers come last in the pipeline
     * and see plain bytes; bytes may come as soon as this returns, although {@code autoRead} is
     * off. The end of the other side's bytes comes as {@link
     * io.netty.channel.socket.ChannelInputShutdownEvent}; {@link StreamEnd#MARK}, written, ends
     * this side's. After both the channel is closed by the host. A channel that closes before was
     * cut.
     */
    void onOpen(Channel tunnel);

    /** There is none. */
    void onRefused(TunnelRefusal refusal);
}
