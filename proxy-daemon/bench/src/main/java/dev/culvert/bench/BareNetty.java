package dev.culvert.bench;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpVersion.HTTP_1_1;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The cost of Netty and its HTTP codec alone: a limit, not a peer. It answers every request with
 * the same bytes from memory.
 *
 * <p>Usage: {@code BareNetty BYTES THREADS}. It prints {@code listening on http://127.0.0.1:PORT}.
 */
final class BareNetty {
    private static final int MAX_BODY_BYTES = 2 << 20;

    private BareNetty() {}

    public static void main(String[] arguments) throws InterruptedException {
        String json = "{\"content\":\"" + "x".repeat(Integer.parseInt(arguments[0])) + "\"}";
        ByteBuf answer =
                Unpooled.unreleasableBuffer(
                        Unpooled.directBuffer()
                                .writeBytes(json.getBytes(StandardCharsets.US_ASCII))
                                .asReadOnly());
        Channel server =
                new ServerBootstrap()
                        .group(
                                new MultiThreadIoEventLoopGroup(
                                        Integer.parseInt(arguments[1]),
                                        EpollIoHandler.newFactory()))
                        .channel(EpollServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(new HttpServerCodec())
                                                .addLast(new HttpObjectAggregator(MAX_BODY_BYTES))
                                                .addLast(new Answerer(answer));
                                    }
                                })
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
        System.out.println(
                "listening on http://127.0.0.1:"
                        + ((InetSocketAddress) server.localAddress()).getPort());
    }

    private static final class Answerer extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final ByteBuf answer;

        Answerer(ByteBuf answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            var response = new DefaultFullHttpResponse(HTTP_1_1, OK, answer.duplicate());
            response.headers()
                    .set(CONTENT_TYPE, "application/json")
                    .set(CONTENT_LENGTH, answer.readableBytes());
            context.write(response, context.voidPromise());
        }

        /** The load generator has closed its connections. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }
}
