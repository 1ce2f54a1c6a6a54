package dev.culvert.guest.outside;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.tunnel.TunnelRefusal;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An answer of HTTP that ends its connection. */
final class PlainAnswer {
    /** How long the program may take to read it. */
    private static final Duration REST = Duration.ofSeconds(2);

    private PlainAnswer() {}

    /** The status for a tunnel that there is not. */
    static String status(TunnelRefusal refusal) {
        return switch (refusal.code()) {
            case NOT_ALLOWED -> "403 Forbidden";
            case TOO_MANY, AGENT_AWAY, NO_TUNNELS -> "503 Service Unavailable";
            case TIMEOUT -> "504 Gateway Timeout";
            case INVALID -> "400 Bad Request";
            case ALLOWED, NO_LISTENER, PORT_TAKEN, BAD_TICKET, FAILED -> "502 Bad Gateway";
        };
    }

    /**
     * Sends it, and closes the channel when the program has read it: what the program still sends
     * is thrown away, because a socket that is closed before it was read resets the connection, and
     * the answer with it.
     */
    static void send(Channel to, String status, String contentType, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        String head =
                "HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
                        .formatted(status, contentType, bytes.length);
        to.pipeline().toMap().values().forEach(to.pipeline()::remove);
        to.pipeline().addLast("rest", new RestHandler());
        to.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        to.config().setAutoRead(true);
        to.writeAndFlush(Unpooled.wrappedBuffer(head.getBytes(UTF_8), bytes))
                .addListener(_ -> {
                    if (to instanceof DuplexChannel duplex) {
                        duplex.shutdownOutput();
                    }
                });
        to.eventLoop()
                .schedule(
                        () -> {
                            to.close();
                        },
                        REST.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** Throws away what still comes. */
    private static final class RestHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
