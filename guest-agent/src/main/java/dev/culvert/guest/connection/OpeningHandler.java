package dev.culvert.guest.connection;

import dev.culvert.guest.config.JoinTarget;
import dev.culvert.identity.Refusal;
import dev.culvert.identity.Refused;
import dev.culvert.io.Quoted;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/**
 * Lets the stations after it see the connection when TLS and WebSocket are ready to carry frames.
 * Confined to the event loop.
 */
final class OpeningHandler extends ChannelInboundHandlerAdapter {
    private final JoinTarget target;
    private final Failures attempt;
    private boolean open;

    /** Hears why the connection cannot be used. */
    interface Failures {
        void failed(String why);

        /** The daemon says why, and when to come again. */
        default void refused(Refused why) {}
    }

    OpeningHandler(JoinTarget target, Failures attempt) {
        this.target = target;
        this.attempt = attempt;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!target.tls() && !target.isWebSocket()) {
            open(context);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent end) {
            if (!end.isSuccess()) {
                attempt.failed("no TLS: " + Quoted.message(end.cause()));
                context.close();
            } else if (!target.isWebSocket()) {
                open(context);
            }
        } else if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            open(context);
        } else if (event == ClientHandshakeStateEvent.HANDSHAKE_TIMEOUT) {
            attempt.failed("there was no answer to the request for a WebSocket");
            context.close();
        }
    }

    private void open(ChannelHandlerContext context) {
        if (!open) {
            open = true;
            context.fireChannelActive();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (open) {
            context.fireExceptionCaught(cause);
            return;
        }
        if (cause instanceof WebSocketClientHandshakeException handshake
                && handshake.response() != null) {
            refused(handshake.response());
        } else {
            attempt.failed(Quoted.message(cause));
        }
        context.close();
    }

    private void refused(HttpResponse answer) {
        String sentence = "the request for a WebSocket was answered with " + answer.status();
        long wait = seconds(answer.headers().get(HttpHeaderNames.RETRY_AFTER));
        if (wait > 0) {
            attempt.refused(new Refused(Refusal.OVERLOADED.wireName(), sentence, wait));
        }
        attempt.failed(sentence);
    }

    private static long seconds(@Nullable String retryAfter) {
        try {
            return retryAfter == null ? 0 : Math.max(0, Long.parseLong(retryAfter.strip()));
        } catch (NumberFormatException _) {
            return 0; // a date, which the daemon does not send
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (open) {
            context.fireChannelInactive();
        }
    }
}
