package dev.culvert.guest.connection;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.identity.BadHandshakeException;
import dev.culvert.identity.Refused;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Notes why the host is about to close the connection, and when to come again. */
final class RefusalHandler extends ChannelInboundHandlerAdapter {
    private final DialIn.Attempt attempt;

    RefusalHandler(DialIn.Attempt attempt) {
        this.attempt = attempt;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Frame frame && frame.type() == FrameType.REFUSED) {
            try {
                attempt.refused(Refused.read(frame));
            } catch (BadHandshakeException e) {
                attempt.failed("the daemon refused, and why cannot be read: " + e.getMessage());
            }
        }
        context.fireChannelRead(message);
    }
}
