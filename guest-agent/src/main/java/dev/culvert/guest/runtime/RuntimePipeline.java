package dev.culvert.guest.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpClientCodec;

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

    /** Sees the bytes that the codec holds back, as it does with half a head. */
    private static final class ByteWatch extends ChannelInboundHandlerAdapter {

        private final RuntimeConnection connection;

        ByteWatch(RuntimeConnection connection) {
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            connection.onBytes();
            ctx.fireChannelRead(bytes);
        }
    }
}
