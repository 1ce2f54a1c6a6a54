package dev.culvert.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server: serves one call at a time. It waits for another one only if request
 * and answer were complete and nothing follows, so that no call reads what belongs to another.
 */
final class UpstreamConnection extends SimpleChannelInboundHandler<HttpObject> {
    /** With more 1xx answers, no other is expected any more. */
    private static final int MOST_INTERIM = 16;

    private enum State {
        /** Open, without a request. */
        IDLE,
        /** A request was sent; its answer is not complete. */
        ASKED,
        /** The answer is complete. Waits for a call after this read, unless something follows. */
        ANSWERED
    }

    private final Channel channel;
    private final UpstreamServer server;
    private State state = State.IDLE;
    private boolean written;
    private boolean keepAlive;
    private boolean informational;
    private int interim;
    private @Nullable UpstreamCall call;
    private @Nullable ScheduledFuture<?> closing;

    UpstreamConnection(Channel channel, UpstreamServer server) {
        this.channel = channel;
        this.server = server;
    }

    Channel channel() {
        return channel;
    }

    boolean isUsable() {
        return channel.isActive() && state == State.IDLE;
    }

    /** Waits for a call, and is closed after this time. */
    void keepFor(Duration time) {
        closing = channel.eventLoop().schedule(this::close, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Takes ownership of {@code request}. */
    void ask(UpstreamCall asking, FullHttpRequest request) {
        if (closing != null) {
            closing.cancel(false);
            closing = null;
        }
        call = asking;
        state = State.ASKED;
        written = false;
        interim = 0;
        channel.writeAndFlush(request)
                .addListener(write -> {
                    written = write.isSuccess();
                    if (!written) {
                        onLost(write.cause());
                    } else if (call == asking) {
                        asking.onProgress();
                    }
                });
    }

    void reading(boolean on) {
        channel.config().setAutoRead(on);
    }

    /** The call is told nothing more. */
    void close() {
        call = null;
        if (closing != null) {
            closing.cancel(false);
            closing = null;
        }
        var _ = channel.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (state != State.ASKED) {
            close();
        } else if (message.decoderResult().isFailure()) {
            onUnreadable(message.decoderResult().cause());
        } else {
            if (message instanceof HttpResponse response) {
                onHead(response);
            }
            if (message instanceof HttpContent content) {
                onContent(content);
            }
        }
    }

    private void onHead(HttpResponse response) {
        informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        keepAlive = HttpUtil.isKeepAlive(response);
        if (informational) {
            interim++;
            if (interim > MOST_INTERIM || response.status().code() == 101) {
                onUnreadable(new IllegalStateException("no answer after " + response.status()));
            }
        } else if (call != null) {
            call.onHead(response.status(), response.headers());
        }
    }

    private void onContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (informational) {
            informational = !last;
            return;
        }
        if (call != null && content.content().isReadable()) {
            call.onContent(content.content());
        }
        if (last && state == State.ASKED && channel.isOpen()) {
            state = State.ANSWERED;
            UpstreamCall answered = call;
            call = null;
            if (answered != null) {
                answered.onEnd();
            }
        }
    }

    private void onUnreadable(Throwable cause) {
        if (cause instanceof PrematureChannelClosureException) {
            return; // channelInactive follows
        }
        UpstreamCall asking = call;
        close();
        if (asking != null) {
            asking.onUnreadable(cause);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (state == State.ANSWERED) {
            state = State.IDLE;
            if (written && keepAlive && channel.isActive()) {
                reading(true);
                server.keep(this);
            } else {
                close();
            }
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        server.forget(this);
        onLost(null);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        onLost(cause);
    }

    private void onLost(@Nullable Throwable cause) {
        UpstreamCall asking = call;
        close();
        if (asking != null) {
            asking.onLost(cause);
        }
    }
}
