package dev.culvert.daemon.http.h1;

import dev.culvert.daemon.http.Connections;
import dev.culvert.daemon.http.PieceWriter;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.LazyTimer;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;

/**
 * Writes the answers of one connection, and closes the channel so that what was written arrives.
 * Confined to its event loop.
 */
final class ResponseWriter extends PieceWriter {
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final RequestHandler handler;

    /**
     * @param handler is told how each answer ends
     */
    ResponseWriter(Channel channel, HeldBytesHandler account, RequestHandler handler) {
        super(channel, account);
        this.handler = handler;
    }

    RequestHandler handler() {
        return handler;
    }

    /** Asks the client for the body that it holds back until then. */
    void askForBody() {
        ByteBufUtil.writeAscii(tail(CONTINUE.length()), CONTINUE);
    }

    /**
     * Ends this side after everything is sent or {@code timer} expires, and then reads on for a
     * while: a close with unread bytes resets the connection, and a client that was still sending
     * would lose the answer.
     */
    void end(LazyTimer timer, Duration patience) {
        timer.expireAfter(patience);
        watch();
        writeOut();
        channel().config().setAutoRead(true);
        channel()
                .writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(sent -> {
                    Runnable end = channel().attr(Connections.OUTPUT_END).get();
                    if (sent.isSuccess() && end != null) {
                        watch();
                        timer.expireAfter(LINGER);
                        end.run();
                    } else if (sent.isSuccess() && channel() instanceof DuplexChannel duplex) {
                        watch();
                        timer.expireAfter(LINGER);
                        shutDown(duplex);
                    } else {
                        channel().close();
                    }
                });
    }

    private static void shutDown(DuplexChannel duplex) {
        SslHandler tls = duplex.pipeline().get(SslHandler.class);
        if (tls == null) {
            duplex.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        } else { // TLS has an end of its own, without which the client takes it for an attack
            tls.closeOutbound()
                    .addListener(_ ->
                            duplex.shutdownOutput()
                                    .addListener(ChannelFutureListener.CLOSE_ON_FAILURE));
        }
    }

    /**
     * Closes after everything written is sent or {@code timer} expires.
     *
     * @param reset if an orderly close would mark the end of the body; a Unix socket has no reset
     */
    void cut(LazyTimer timer, boolean reset) {
        if (reset) {
            channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        timer.expireAfter(LINGER);
        watch();
        writeOut();
        channel()
                .writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    if (reset) {
                        closeSocket();
                    } else {
                        channel().close();
                    }
                });
    }

    /**
     * Closes at once, whatever waits to be sent.
     *
     * @param reset as of {@link #cut}
     */
    void cutNow(boolean reset) {
        if (reset) {
            channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        closeSocket();
    }

    /** Without the orderly end that TLS has, for which it would wait. */
    private void closeSocket() {
        channel().pipeline().firstContext().close();
    }
}
