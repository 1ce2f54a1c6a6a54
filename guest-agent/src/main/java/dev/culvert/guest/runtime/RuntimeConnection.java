package dev.culvert.guest.runtime;

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
 * One connection to the runtime. It serves one generation at a time, and then returns to the pool.
 *
 * <p>It returns only if request and response were complete and nothing follows, so that no
 * generation reads what belongs to another.
 */
final class RuntimeConnection extends SimpleChannelInboundHandler<HttpObject> {

    /** How long the rest of a response may take after its end mark was read. */
    private static final Duration REST = Duration.ofSeconds(1);

    private enum State {
        /** Open, without a request. */
        IDLE,
        /** A request was sent; its response is not complete. */
        ASKED,
        /**
         * The response is complete. Returns to the pool after this read, unless something follows.
         */
        ANSWERED
    }

    private final Channel channel;
    private final ConnectionPool pool;

    private State state = State.IDLE;
    private boolean written;
    private boolean keepAlive;
    private boolean informational;
    private long keptUntilNanos;
    private @Nullable HttpGeneration generation;
    private @Nullable ScheduledFuture<?> closing;

    RuntimeConnection(Channel channel, ConnectionPool pool) {
        this.channel = channel;
        this.pool = pool;
    }

    boolean isUsable() {
        return channel.isActive() && state == State.IDLE && now() - keptUntilNanos < 0;
    }

    /** Waits in the pool: closed after this time, and not used later even if its timer is late. */
    void keepFor(Duration time) {
        keptUntilNanos = now() + time.toNanos();
        closeAfter(time);
    }

    private long now() {
        return channel.eventLoop().ticker().nanoTime();
    }

    /** Takes ownership of {@code request}. */
    void ask(HttpGeneration asking, FullHttpRequest request) {
        cancelClosing();
        generation = asking;
        state = State.ASKED;
        written = false;
        channel.writeAndFlush(request)
                .addListener(write -> {
                    written = write.isSuccess();
                    if (!written) {
                        onLost(write.cause());
                    }
                });
    }

    void reading(boolean on) {
        channel.config().setAutoRead(on);
    }

    /**
     * The generation needs nothing more. Keeps the connection if the response is complete, or soon
     * will be.
     */
    void leave() {
        generation = null;
        reading(true);
        if (state == State.ASKED) {
            closeAfter(REST);
        }
    }

    void close() {
        generation = null;
        cancelClosing();
        var _ = channel.close();
    }

    private void closeAfter(Duration time) {
        closing = channel.eventLoop().schedule(this::close, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    void onSent() {
        if (generation != null) {
            generation.onSent();
        }
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
        if (generation == null) {
            return;
        }
        if (informational) {
            generation.onInterim(response);
        } else {
            generation.onHead(response);
        }
    }

    private void onContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (informational) {
            informational = !last;
            return;
        }
        if (generation != null && content.content().isReadable()) {
            generation.onContent(content.content());
        }
        if (last) {
            state = State.ANSWERED;
            if (generation != null) {
                generation.onBodyEnd();
            }
        }
    }

    private void onUnreadable(Throwable cause) {
        if (cause instanceof PrematureChannelClosureException) {
            return; // channelInactive follows
        }
        HttpGeneration asking = generation;
        close();
        if (asking != null) {
            asking.onUnreadable(cause);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (state == State.ANSWERED) {
            cancelClosing();
            state = State.IDLE;
            if (written && keepAlive && channel.isActive()) {
                pool.keep(this);
            } else {
                close();
            }
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pool.forget(this);
        onLost(null);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        onLost(cause);
    }

    private void onLost(@Nullable Throwable cause) {
        HttpGeneration asking = generation;
        close();
        if (asking != null) {
            asking.onLost(cause);
        }
    }

    private void cancelClosing() {
        if (closing != null) {
            closing.cancel(false);
            closing = null;
        }
    }
}
