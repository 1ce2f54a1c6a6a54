package dev.culvert.guest.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.util.concurrent.PromiseNotifier;

/** Requests out, responses in. Reading order is wire order. */
final class RuntimePipeline extends ChannelInitializer<Channel> {

    private final ConnectionPool pool;

    RuntimePipeline(ConnectionPool pool) {
        this.pool = pool;
    }

    @Override
    protected void initChannel(Channel channel) {
        RuntimeConnection connection = new RuntimeConnection(channel, pool);
        channel.pipeline()
                .addLast("bytes", new ByteWatch(connection))
                .addLast("codec", new HttpClientCodec())
                .addLast("connection", connection);
    }

    /** Notices when the first byte of a request was sent, and so may have been read. */
    private static final class ByteWatch extends ChannelOutboundHandlerAdapter {
        private final RuntimeConnection connection;

        ByteWatch(RuntimeConnection connection) {
            this.connection = connection;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object bytes, ChannelPromise promise) {
            ChannelProgressivePromise sending = ctx.newProgressivePromise();
            sending.addListener(
                    new ChannelProgressiveFutureListener() {
                        @Override
                        public void operationProgressed(
                                ChannelProgressiveFuture future, long progress, long total) {
                            connection.onSent();
                        }

                        @Override
                        public void operationComplete(ChannelProgressiveFuture future) {}
                    });
            PromiseNotifier.cascade(sending, promise);
            ctx.write(bytes, sending);
        }
    }
}
