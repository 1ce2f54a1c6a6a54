package dev.culvert.daemon.providers;

import dev.culvert.daemon.http.Connections;
import dev.culvert.tunnel.StreamEnd;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends a tunnel where HTTP closes its connection: the bytes before reach the program, which would
 * lose them with a tunnel that is cut.
 */
final class TunnelEndHandler extends ChannelOutboundHandlerAdapter {
    /** How long the program may take to close its side. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private boolean ended;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().attr(Connections.OUTPUT_END).set(() -> end(context));
    }

    private void end(ChannelHandlerContext context) {
        if (!ended) {
            ended = true;
            context.channel().config().setAutoRead(true);
            context.writeAndFlush(StreamEnd.MARK);
        }
    }

    /** The first time, the bytes before go first; the second time it is final. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (ended) {
            context.close(promise);
            return;
        }
        end(context);
        context.channel().closeFuture().addListener(_ -> promise.trySuccess());
        context.executor()
                .schedule(
                        () -> {
                            context.close();
                        },
                        PATIENCE.toMillis(),
                        TimeUnit.MILLISECONDS);
    }
}
