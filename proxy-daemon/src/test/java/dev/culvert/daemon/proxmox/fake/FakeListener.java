package dev.culvert.daemon.proxmox.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.value.Value;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/**
 * HTTP/1.1 over TLS on loopback. The JDK's own server cannot say why in the line of the status,
 * where Proxmox and its clients have it.
 */
final class FakeListener implements AutoCloseable {
    private static final int MOST_BYTES = 1 << 20;

    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Function<Request, Answer> answers;
    private final Channel listening;
    private volatile SslContext tls;

    /**
     * @param answers is called on a thread of its own for each request, and may take its time
     * @param port 0 for any
     */
    FakeListener(SelfSigned certificate, int port, Function<Request, Answer> answers) {
        this.answers = answers;
        tls = context(certificate);
        listening =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        open.add(channel);
                                        channel.pipeline()
                                                .addLast("tls", tls.newHandler(channel.alloc()))
                                                .addLast("http", new HttpServerCodec())
                                                .addLast(
                                                        "whole",
                                                        new HttpObjectAggregator(MOST_BYTES))
                                                .addLast("api", new RequestHandler());
                                    }
                                })
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .syncUninterruptibly()
                        .channel();
    }

    private static SslContext context(SelfSigned certificate) {
        try {
            return SslContextBuilder.forServer(
                            certificate.keys().getPrivate(), certificate.certificate())
                    .sslProvider(SslProvider.JDK)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Shows another certificate from now on, and ends the connections that saw the old one. */
    void show(SelfSigned certificate) {
        tls = context(certificate);
        dropConnections();
    }

    void dropConnections() {
        open.close().syncUninterruptibly();
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        dropConnections();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            Request read = Request.of(request);
            boolean keep = HttpUtil.isKeepAlive(request);
            Thread.startVirtualThread(() -> {
                Answer answer = answers.apply(read);
                context.executor().execute(() -> write(context, answer, keep));
            });
        }

        private static void write(ChannelHandlerContext context, Answer answer, boolean keep) {
            Value body = answer.body();
            FullHttpResponse response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            new HttpResponseStatus(answer.status(), answer.reason()),
                            body == null
                                    ? Unpooled.EMPTY_BUFFER
                                    : Unpooled.wrappedBuffer(body.json().getBytes(UTF_8)));
            if (body != null) {
                response.headers()
                        .set(HttpHeaderNames.CONTENT_TYPE, "application/json;charset=UTF-8");
            }
            response.headers().set(HttpHeaderNames.SERVER, "pve-api-daemon/3.0");
            HttpUtil.setContentLength(response, response.content().readableBytes());
            boolean stays = keep && answer.status() < 400;
            HttpUtil.setKeepAlive(response, stays);
            var written = context.writeAndFlush(response);
            if (!stays) {
                written.addListener(ChannelFutureListener.CLOSE);
            }
        }

        /** A client that goes away, or does not trust the certificate, ends only its connection. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
