package dev.culvert.guest.runtime;

import static java.util.Objects.requireNonNull;

import dev.culvert.frame.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request to the runtime, from taking a connection to telling the listener the end. Confined to
 * its loop.
 *
 * <p>A connection from the pool may be dead without anyone having noticed. So the request is kept
 * until its first byte is sent; if the connection is lost before that, the request is sent over a
 * fresh one. After that byte the runtime may have begun to work, and the request is never repeated.
 */
/* One class of some 300 lines, because what an event means depends on how far the request has got. */
final class HttpGeneration implements Generation {

    /** How long to wait for the text of a refusal; the status alone is enough. */
    private static final Duration REFUSAL_TEXT = Duration.ofMillis(300);

    /** With more 1xx responses, no answer is expected any more. */
    private static final int MAX_INTERIM = 16;

    private final EventLoop loop;
    private final ConnectionPool pool;
    private final RuntimeSettings settings;
    private final RuntimeApi api;
    private final GuardedListener listener;
    private final IdleWatch idleWatch;

    /** Owned; null once it will not be sent again. Until it begins, that of a chat completion. */
    private @Nullable ByteBuf body;

    private Map<String, String> headers;

    private @Nullable Promise<RuntimeConnection> dialling;
    private @Nullable RuntimeConnection connection;
    private @Nullable ResponseBody responseBody;
    private @Nullable ScheduledFuture<?> refusalText;
    private int interim;
    private boolean paused;

    /** Takes ownership of the request's body. */
    HttpGeneration(
            EventLoop loop,
            ConnectionPool pool,
            RuntimeSettings settings,
            GenerationRequest request,
            GenerationListener listener) {
        this.loop = loop;
        this.pool = pool;
        this.settings = settings;
        this.api = RuntimeApi.of(request.kind());
        this.body = request.body();
        this.headers = request.headers();
        this.listener = new GuardedListener(listener);
        this.idleWatch = new IdleWatch(loop, settings.timeouts().idle(), this::onIdle);
    }

    void begin() {
        if (listener.isOver() || !translate()) {
            return;
        }
        RuntimeConnection kept = pool.takeIdle();
        if (kept == null) {
            dial();
        } else if (body != null) {
            ask(kept, body.retainedDuplicate());
        }
    }

    /** Makes the request that the runtime understands. Returns whether it could. */
    private boolean translate() {
        ByteBuf chat = requireNonNull(body);
        body = null;
        try {
            RuntimeApi.Sent sent = api.request(chat, headers, settings);
            body = sent.body();
            headers = sent.headers();
            return true;
        } catch (FailedGenerationException e) {
            fail(e.failure());
            return false;
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
            fail(pool.unreachable(dial.cause()));
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
        by.ask(this, settings.request(api.target(), headers, content));
    }

    /** Bytes are sent: the runtime may have read a part of the request, and reads on. */
    void onSent() {
        releaseBody();
        idleWatch.onProgress();
    }

    void onInterim(HttpResponse response) {
        interim++;
        if (interim > MAX_INTERIM) {
            fail(
                    ErrorCode.RUNTIME_ERROR,
                    "The runtime sent "
                            + interim
                            + " responses with status 1xx, the last one "
                            + settings.quote(response.status().toString())
                            + ", and no answer; look into the runtime's log.");
        }
    }

    void onHead(HttpResponse response) {
        idleWatch.onProgress();
        listener.onAnswer();
        try {
            responseBody =
                    ResponseBody.of(response, api, settings, listener, idleWatch::onProgress);
        } catch (FailedGenerationException e) {
            fail(e.failure());
            return;
        }
        if (responseBody instanceof ErrorBody refusal) {
            refusalText =
                    loop.schedule(
                            () -> fail(refusal.cut("its text did not end")),
                            REFUSAL_TEXT.toNanos(),
                            TimeUnit.NANOSECONDS);
        }
    }

    /** Lends {@code content} for the call. */
    void onContent(ByteBuf content) {
        try {
            requireNonNull(responseBody).content(content);
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
            requireNonNull(responseBody).end();
        } catch (FailedGenerationException e) {
            fail(e.failure());
        }
    }

    /** The connection is lost: asks again if no byte was sent, else fails. */
    void onLost(@Nullable Throwable cause) {
        connection = null;
        stopTimers();
        if (body != null) {
            dial();
            return;
        }
        String why = cause == null ? "the connection was closed" : settings.quote(cause);
        fail(
                responseBody == null
                        ? ResponseBody.broken(
                                why + " before the runtime answered; it may have begun to work")
                        : responseBody.cut(why));
    }

    /** The runtime sent something that is not HTTP; the connection is closed. */
    void onUnreadable(Throwable cause) {
        String why = "what it sends is not HTTP/1.1 (" + settings.quote(cause) + ")";
        connection = null;
        if (responseBody == null) {
            fail(
                    ErrorCode.RUNTIME_ERROR,
                    "What listens at "
                            + settings.base()
                            + " is no runtime: "
                            + why
                            + "; check --runtime.");
        } else {
            fail(responseBody.cut(why));
        }
    }

    private void fail(ErrorCode code, String message) {
        fail(new RuntimeFailure(code, message));
    }

    private void fail(RuntimeFailure failure) {
        if (!listener.isOver()) {
            letGo();
            listener.onFailure(failure);
        }
    }

    private void onIdle() {
        fail(
                ErrorCode.RUNTIME_TIMEOUT,
                "The runtime sent no part of an answer for "
                        + RuntimeSettings.seconds(settings.timeouts().idle())
                        + ". Check whether it hangs; if its model needs longer, raise"
                        + " --runtime-timeout, and the host's timeouts.message above it.");
    }

    private void leaveConnection() {
        stopTimers();
        if (connection != null) {
            connection.leave();
            connection = null;
        }
    }

    private void stopTimers() {
        idleWatch.stop();
        if (refusalText != null) {
            refusalText.cancel(false);
            refusalText = null;
        }
    }

    private void letGo() {
        stopTimers();
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
