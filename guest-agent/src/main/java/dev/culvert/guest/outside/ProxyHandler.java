package dev.culvert.guest.outside;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.culvert.guest.tunnel.HostTunnels;
import dev.culvert.tunnel.Relay;
import dev.culvert.tunnel.TunnelListener;
import dev.culvert.tunnel.TunnelRefusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the head of one request to the proxy, and joins the connection with a tunnel to where it
 * goes. Confined to its event loop.
 */
final class ProxyHandler extends ChannelInboundHandlerAdapter {
    static final int MOST_HEAD_BYTES = 16 * 1024;

    private static final Duration HEAD_TIME = Duration.ofSeconds(10);
    private static final String TEXT = "text/plain; charset=utf-8";

    private final HostTunnels tunnels;
    private @Nullable ByteBuf read;
    private @Nullable ScheduledFuture<?> deadline;

    ProxyHandler(HostTunnels tunnels) {
        this.tunnels = tunnels;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        deadline =
                context.executor()
                        .schedule(
                                () -> {
                                    context.close();
                                },
                                HEAD_TIME.toMillis(),
                                TimeUnit.MILLISECONDS);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        ByteBuf all = read;
        if (all == null) {
            all = context.alloc().buffer(Math.max(1024, bytes.readableBytes()));
            read = all;
        }
        all.writeBytes(bytes);
        bytes.release();
        int end = headEnd(all);
        if (end >= 0) {
            begin(context, all, end);
        } else if (all.readableBytes() > MOST_HEAD_BYTES) {
            refuse(
                    context,
                    "431 Request Header Fields Too Large",
                    "The head of the request has more than " + MOST_HEAD_BYTES + " bytes.");
        }
    }

    /** The index after the empty line; -1 if it is not here. */
    private static int headEnd(ByteBuf all) {
        boolean lineIsEmpty = false;
        for (int i = all.readerIndex(); i < all.writerIndex(); i++) {
            byte b = all.getByte(i);
            if (b == '\n') {
                if (lineIsEmpty) {
                    return i + 1;
                }
                lineIsEmpty = true;
            } else if (b != '\r') {
                lineIsEmpty = false;
            }
        }
        return -1;
    }

    private void begin(ChannelHandlerContext context, ByteBuf all, int end) {
        ProxyRequest request;
        try {
            request =
                    ProxyRequest.read(
                            all.toString(all.readerIndex(), end - all.readerIndex(), ISO_8859_1));
        } catch (BadProxyRequestException e) {
            refuse(context, e.status(), String.valueOf(e.getMessage()));
            return;
        }
        Channel program = context.channel();
        Relay.prepare(program, tunnels.limits()); // keeps what has come, and what comes early
        all.readerIndex(end);
        read = null;
        if (all.isReadable()) {
            context.fireChannelRead(all);
        } else {
            all.release();
        }
        context.pipeline().remove(this);
        tunnels.open(
                request.to(),
                new TunnelListener() {
                    @Override
                    public void onOpen(Channel tunnel) {
                        join(program, tunnel, request);
                    }

                    @Override
                    public void onRefused(TunnelRefusal refusal) {
                        PlainAnswer.send(
                                program,
                                PlainAnswer.status(refusal),
                                TEXT,
                                refusal.sentence() + "\n");
                    }
                });
    }

    private static void join(Channel program, Channel tunnel, ProxyRequest request) {
        switch (request) {
            case ProxyRequest.Connect _ ->
                    program.writeAndFlush(bytes("HTTP/1.1 200 Connected\r\n\r\n"));
            case ProxyRequest.Absolute(var _, String head) -> tunnel.writeAndFlush(bytes(head));
        }
        Relay.join(tunnel, program);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, ISO_8859_1);
    }

    private void refuse(ChannelHandlerContext context, String status, String sentence) {
        PlainAnswer.send(context.channel(), status, TEXT, sentence + "\n");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (read != null) {
            read.release();
            read = null;
        }
    }
}
