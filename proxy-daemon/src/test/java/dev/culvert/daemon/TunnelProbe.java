package dev.culvert.daemon;

import dev.culvert.tunnel.StreamEnd;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One end of a tunnel: repeats what comes, or keeps it. */
final class TunnelProbe implements TunnelListener {
    private static final long PATIENCE_SECONDS = 20;

    private final boolean repeats;
    private final CompletableFuture<Channel> opened = new CompletableFuture<>();
    private final CompletableFuture<TunnelRefusal> refused = new CompletableFuture<>();
    private final CompletableFuture<byte[]> all = new CompletableFuture<>();

    TunnelProbe(boolean repeats) {
        this.repeats = repeats;
    }

    @Override
    public void onOpen(Channel tunnel) {
        tunnel.pipeline().addLast(new End());
        tunnel.config().setAutoRead(true);
        opened.complete(tunnel);
    }

    private final class End extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            ByteBuf bytes = (ByteBuf) message;
            if (repeats) {
                context.writeAndFlush(bytes, context.voidPromise());
                return;
            }
            bytes.readBytes(kept, bytes.readableBytes());
            bytes.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                all.complete(kept.toByteArray());
                if (repeats) {
                    context.writeAndFlush(StreamEnd.MARK, context.voidPromise());
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            all.completeExceptionally(new IllegalStateException("the tunnel was cut"));
        }
    }

    /** Sends these, and the end. */
    void send(byte[] bytes) throws Exception {
        Channel tunnel = opened.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        tunnel.eventLoop()
                .execute(() -> {
                    tunnel.write(Unpooled.wrappedBuffer(bytes), tunnel.voidPromise());
                    tunnel.writeAndFlush(StreamEnd.MARK, tunnel.voidPromise());
                });
    }

    /** All that came before the end. */
    byte[] received() throws Exception {
        return all.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    TunnelRefusal refusal() throws Exception {
        return refused.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    boolean isClosed() {
        return !opened.join().isOpen();
    }

    @Override
    public void onRefused(TunnelRefusal refusal) {
        refused.complete(refusal);
    }
}
