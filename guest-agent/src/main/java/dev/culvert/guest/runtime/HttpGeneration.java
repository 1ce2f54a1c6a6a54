package dev.culvert.guest.runtime;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request to the runtime, from the search for a connection to the one end the listener is told.
 * Confined to its loop.
 *
 * <p>A connection from the pool may have died unseen. So what is sent over one is kept until the
 * first byte comes back, and sent once more over a fresh one if none does. What goes over a fresh
 * connection is sent once.
 */
final class HttpGeneration implements Generation {

    private static final AsciiString EVENT_STREAM = AsciiString.cached("text/event-stream");

    private final ConnectionPool pool;
    private final RuntimeSettings settings;
    private final Map<String, String> headers;
    private final GuardedListener listener;
    private final IdleWatch idleWatch;

    /** Owned; null as soon as it will not be sent again. */
    private @Nullable ByteBuf body;

    private @Nullable Promise<RuntimeConnection> dialling;
    private @Nullable RuntimeConnection connection;
    private @Nullable Answer answer;
    private boolean paused;

    /** Takes ownership of the request's body. */
    HttpGeneration(
            EventLoop loop,
            ConnectionPool pool,
            RuntimeSettings settings,
            GenerationRequest request,
            GenerationListener listener) {
        this.pool = pool;
        this.settings = settings;
        this.body = request.body();
        this.headers = request.headers();
        this.listener = new GuardedListener(listener);
        this.idleWatch = new IdleWatch(loop, settings.timeouts().idle(), this::onIdle);
    }

    void begin() {
        if (listener.isOver()) {
            return;
        }
        RuntimeConnection kept = pool.takeIdle();
        if (kept == null) {
            dial();
        } else if (body != null) {
            ask(kept, body.retainedDuplicate());
        }
    }

    @Override
    public void pause() {
        paused = true;
        idleWatch.stop();
        if (connection != null) {
            connection.reading(false);
        }
    }

    @Override
    public void resume() {
        if (paused) {
            paused = false;
            if (connection != null) {
                idleWatch.start();
                connection.reading(true);
            }
        }
    }

    @Override
    public void abort() {
        listener.silence();
        letGo();
    }

    private void dial() {
        dialling = pool.dial();
        dialling.addListener(this::onDialled);
    }

    private void onDialled(Future<? super RuntimeConnection> dial) {
        dialling = null;
        if (dial.isCancelled()) {
            return;
        }
        if (!dial.isSuccess()) {
            fail(unreachable(dial.cause()));
            return;
        }
        RuntimeConnection fresh = (RuntimeConnection) dial.getNow();
        if (listener.isOver()) {
            fresh.close();
            return;
        }
        ByteBuf sentOnce = requireNonNull(body);
        body = null;
        ask(fresh, sentOnce);
    }

    /** Takes ownership of {@code content}. */
    private void ask(RuntimeConnection by, ByteBuf content) {
        connection = by;
        by.reading(!paused);
        if (!paused) {
            idleWatch.start();
        }
        by.ask(this, request(content));
    }

    private FullHttpRequest request(ByteBuf content) {
        FullHttpRequest request =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1, HttpMethod.POST, settings.target(), content);
        HttpHeaders all = request.headers();
        headers.forEach(all::set);
        all.set(HttpHeaderNames.HOST, settings.base().getRawAuthority());
        all.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        all.set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        all.set(HttpHeaderNames.ACCEPT, "text/event-stream, application/json");
        if (settings.bearerKey() != null) {
            all.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + settings.bearerKey());
        }
        return request;
    }

    void onBytes() {
        idleWatch.onBytes();
        releaseBody();
    }

    void onHead(HttpResponse response) {
        if (response.status().codeClass() != HttpStatusClass.SUCCESS) {
            answer = new ErrorAnswer(settings, response.status());
        } else if (EVENT_STREAM.contentEqualsIgnoreCase(HttpUtil.getMimeType(response))) {
            answer = new EventStreamAnswer(settings, listener);
        } else {
            answer =
                    new JsonAnswer(
                            settings,
                            listener,
                            response.headers().get(HttpHeaderNames.CONTENT_TYPE));
        }
    }

    /** Lends {@code content} for the call. */
    void onContent(ByteBuf content) {
        try {
            requireNonNull(answer).content(content);
        } catch (FailedGenerationException e) {
            fail(e.failure());
        }
        if (listener.isOver()) {
            leaveConnection();
        }
    }

    void onBodyEnd() {
        leaveConnection();
        try {
            requireNonNull(answer).end();
        } catch (FailedGenerationException e) {
            fail(e.failure());
        }
    }

    /** The connection is gone: asks once more where that can be right, else fails. */
    void onLost(@Nullable Throwable cause) {
        connection = null;
        idleWatch.stop();
        if (body != null) {
            dial();
            return;
        }
        String why = cause == null ? "the connection was closed" : settings.quote(cause);
        fail(
                answer == null
                        ? Answer.broken(why + " before the runtime answered")
                        : answer.cut(why));
    }

    /** What came is no HTTP; the connection is closed. */
    void onUnreadable(Throwable cause) {
        String why = "what it sends is not HTTP/1.1 (" + settings.quote(cause) + ")";
        connection = null;
        if (answer == null) {
            fail(
                    new RuntimeFailure(
                            RuntimeFailure.Code.RUNTIME_ERROR,
                            "What listens at "
                                    + settings.base()
                                    + " is no runtime, "
                                    + why
                                    + "; check --runtime."));
        } else {
            fail(answer.cut(why));
        }
    }

    private void fail(RuntimeFailure failure) {
        if (!listener.isOver()) {
            letGo();
            listener.onFailure(failure);
        }
    }

    private RuntimeFailure unreachable(Throwable cause) {
        String why =
                cause instanceof ConnectTimeoutException
                        ? "it accepted no connection within "
                                + seconds(settings.timeouts().connect())
                        : settings.quote(cause);
        return new RuntimeFailure(
                RuntimeFailure.Code.RUNTIME_UNREACHABLE,
                "The runtime at "
                        + settings.base()
                        + " cannot be reached: "
                        + why
                        + ". Start it, or give its address by --runtime.");
    }

    private void onIdle() {
        fail(
                new RuntimeFailure(
                        RuntimeFailure.Code.RUNTIME_TIMEOUT,
                        "No byte came from the runtime for "
                                + seconds(settings.timeouts().idle())
                                + "; look whether it hangs, or raise --runtime-timeout where its model thinks longer."));
    }

    private static String seconds(Duration time) {
        return time.toMillis() / 1000.0 + " s";
    }

    private void leaveConnection() {
        idleWatch.stop();
        if (connection != null) {
            connection.leave();
            connection = null;
        }
    }

    private void letGo() {
        idleWatch.stop();
        releaseBody();
        if (dialling != null) {
            dialling.cancel(false);
        }
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    private void releaseBody() {
        if (body != null) {
            body.release();
            body = null;
        }
    }
}
