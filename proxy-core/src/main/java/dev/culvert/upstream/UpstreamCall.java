package dev.culvert.upstream;

import dev.culvert.about.Units;
import dev.culvert.io.LazyTimer;
import dev.culvert.io.Quoted;
import dev.culvert.upstream.UpstreamFailure.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request to a server, from taking a connection to the end of the answer. Confined to its loop.
 * After the end the methods do nothing.
 */
/* A connection that waited may be dead without anyone having noticed. Where it is lost before a byte of the answer, the
 * request goes once more, over a fresh connection, if the listener lets it. */
public final class UpstreamCall {
    private sealed interface State {
        /** A connection is being opened. */
        record Dialling(Future<UpstreamConnection> connecting) implements State {}

        /** The request is sent, or being sent. */
        record Asked(UpstreamConnection by, boolean reused) implements State {}

        /** The head of the answer is here. */
        record Answering(UpstreamConnection by) implements State {}

        /** Without a connection. */
        enum Bare implements State {
            /** Nothing was done. */
            NEW,
            /** Nothing more is told. */
            OVER
        }
    }

    private final EventLoop loop;
    private final UpstreamServer server;
    private final UpstreamRequest request;
    private final UpstreamListener listener;
    private final LazyTimer silence;
    private final Duration idle;
    private State state = State.Bare.NEW;
    private boolean paused;
    private boolean holdsBody = true;
    private boolean wasSent;

    UpstreamCall(
            EventLoop loop,
            UpstreamServer server,
            UpstreamRequest request,
            UpstreamListener listener) {
        this.loop = loop;
        this.server = server;
        this.request = request;
        this.listener = listener;
        idle = server.limits().idle();
        silence = new LazyTimer(loop, this::onSilence);
        request.body().retain();
    }

    void begin() {
        if (state == State.Bare.OVER) {
            return;
        }
        UpstreamConnection kept = server.takeIdle(loop);
        if (kept == null) {
            dial();
        } else {
            ask(kept, true);
        }
    }

    private void dial() {
        Future<UpstreamConnection> connecting = server.dial(loop);
        state = new State.Dialling(connecting);
        connecting.addListener(_ -> onDialled(connecting));
    }

    private void onDialled(Future<UpstreamConnection> connecting) {
        if (!(state instanceof State.Dialling)) {
            if (connecting.isSuccess()) {
                connecting.getNow().close();
            }
        } else if (connecting.isSuccess()) {
            ask(connecting.getNow(), false);
        } else {
            fail(Kind.UNREACHABLE, Quoted.message(connecting.cause()));
        }
    }

    private void ask(UpstreamConnection by, boolean reused) {
        state = new State.Asked(by, reused);
        wasSent = true;
        by.reading(!paused);
        if (!paused) {
            silence.expireAfter(idle);
        }
        by.ask(this, server.written(request));
    }

    /** Whether the server may have seen something of the request, once or more often. */
    public boolean wasSent() {
        return wasSent;
    }

    /** Stops or goes on reading; the listener is still told what was read already. */
    public void reading(boolean on) {
        if (paused != on) {
            return;
        }
        paused = !on;
        if (paused) {
            silence.disarm();
        } else if (connection() != null) {
            silence.expireAfter(idle);
        }
        UpstreamConnection by = connection();
        if (by != null) {
            by.reading(on);
        }
    }

    private @Nullable UpstreamConnection connection() {
        return switch (state) {
            case State.Asked(UpstreamConnection by, boolean _) -> by;
            case State.Answering(UpstreamConnection by) -> by;
            case State.Dialling _, State.Bare _ -> null;
        };
    }

    /** Closes the connection at once; nothing more is told. */
    public void cancel() {
        State before = state;
        UpstreamConnection by = connection();
        end();
        if (by != null) {
            by.close();
        } else if (before instanceof State.Dialling(Future<UpstreamConnection> connecting)) {
            connecting.cancel(false);
        }
    }

    private void end() {
        if (state != State.Bare.OVER) {
            state = State.Bare.OVER;
            silence.cancel();
            releaseBody();
        }
    }

    private void releaseBody() {
        if (holdsBody) {
            holdsBody = false;
            request.body().release();
        }
    }

    /** Parts of the request are sent: the server reads on. */
    void onProgress() {
        if (!paused && state != State.Bare.OVER) {
            silence.expireAfter(idle);
        }
    }

    void onHead(HttpResponseStatus status, HttpHeaders headers) {
        if (state instanceof State.Asked(UpstreamConnection by, boolean _)) {
            state = new State.Answering(by);
            releaseBody();
            onProgress();
            listener.onHead(status, headers);
        }
    }

    /** Lends {@code content}. */
    void onContent(ByteBuf content) {
        if (state instanceof State.Answering) {
            onProgress();
            listener.onContent(content);
        }
    }

    void onEnd() {
        if (state instanceof State.Answering) {
            end();
            listener.onEnd();
        }
    }

    /** The connection is lost; it is closed already. */
    void onLost(@Nullable Throwable cause) {
        String why = cause == null ? "it closed the connection" : Quoted.message(cause);
        switch (state) {
            case State.Asked(UpstreamConnection _, boolean reused)
                    when reused && listener.maySendAgain() ->
                    dial();
            case State.Asked _ -> fail(Kind.LOST, why);
            case State.Answering _ -> fail(Kind.BROKEN_OFF, why);
            case State.Dialling _, State.Bare _ -> {}
        }
    }

    /** The connection is closed already. */
    void onUnreadable(Throwable cause) {
        boolean begun = state instanceof State.Answering;
        fail(
                begun ? Kind.BROKEN_OFF : Kind.NO_HTTP,
                "what it sends is not HTTP/1.1 (" + Quoted.message(cause) + ")");
    }

    private void onSilence() {
        UpstreamConnection by = connection();
        if (by != null) {
            boolean begun = state instanceof State.Answering;
            by.close();
            fail(begun ? Kind.BROKEN_OFF : Kind.SILENT, "it sent nothing for " + Units.text(idle));
        }
    }

    private void fail(Kind kind, String why) {
        if (state != State.Bare.OVER) {
            end();
            listener.onFailure(new UpstreamFailure(kind, why));
        }
    }
}
