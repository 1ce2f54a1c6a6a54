package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_MAX_AGE;
import static io.netty.handler.codec.http.HttpHeaderNames.ALLOW;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;
import static io.netty.handler.codec.http.HttpHeaderValues.CHUNKED;
import static io.netty.handler.codec.http.HttpResponseStatus.NO_CONTENT;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.RouteObserver;
import dev.culvert.daemon.http.Trouble;
import dev.culvert.io.Account;
import dev.culvert.io.Decimal;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the one answer to a request, now or later. Confined to its event loop. Once the client is
 * gone an answer is dropped in silence; a second answer is a mistake and throws.
 */
final class Http1Answer implements Answer {
    private static final AsciiString PROBLEM_JSON = AsciiString.cached("application/problem+json");
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final String ALLOWED_HEADERS =
            "content-type, idempotency-key, last-event-id, traceparent, x-request-id";
    private static final AsciiString CONTENT_LENGTH_FIELD =
            AsciiString.cached(CONTENT_LENGTH + ": ");
    private static final String PREFLIGHT_SECONDS = "600";
    private static final int HEAD_BYTES = 384;

    private enum State {
        OPEN,
        STREAMING,
        ANSWERED,
        GONE
    }

    private record Line(AsciiString name, CharSequence value) {}

    private final ConnectionHandler connection;
    private final Outlet outlet;
    private final Envelope envelope;
    private List<Line> headers = List.of();
    private State state = State.OPEN;
    private HttpResponseStatus status = OK;
    private Runnable onGone = () -> {};
    private @Nullable Http1BodyStream stream;
    private @Nullable RouteObserver observer;
    private @Nullable Request request;
    private @Nullable String turn;
    private @Nullable Trouble trouble;
    private long startNanos;
    private boolean mustClose;
    private boolean bodyPending;

    Http1Answer(ConnectionHandler connection, Outlet outlet, Envelope envelope) {
        this.connection = connection;
        this.outlet = outlet;
        this.envelope = envelope;
    }

    /** Tells {@code route} how it ends. */
    void observe(Request request, RouteObserver route) {
        this.request = request;
        observer = route;
        startNanos = System.nanoTime();
        route.onStarted();
    }

    /** Nothing more is read behind this answer. */
    void closeAfter() {
        mustClose = true;
    }

    /** An answer that does not wait for the body ends the connection, or the body would follow. */
    void expectBody() {
        bodyPending = true;
    }

    void bodyRead() {
        bodyPending = false;
    }

    /** Asks a client for the body that it holds back, where there is one. */
    void askForBody() {
        if (bodyPending) {
            ByteBufUtil.writeAscii(outlet.tail(CONTINUE.length()), CONTINUE);
        }
    }

    void options(String allow) {
        header(ALLOW, allow);
        if (envelope.allowedOrigin() != null) {
            header(ACCESS_CONTROL_ALLOW_METHODS, allow);
            header(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
            header(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
        }
        noContent();
    }

    @Override
    public Http1Answer header(AsciiString name, CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > 0xff) {
                throw new IllegalArgumentException(
                        "the value of '" + name + "' is no header value");
            }
        }
        if (headers.isEmpty()) {
            headers = new ArrayList<>(2);
        }
        headers.add(new Line(name, value));
        return this;
    }

    @Override
    public ByteBufAllocator allocator() {
        return outlet.channel().alloc();
    }

    @Override
    public void whole(HttpResponseStatus status, AsciiString contentType, ByteBuf body) {
        if (!begin(State.ANSWERED, status, body)) {
            return;
        }
        int length = body.readableBytes();
        ByteBuf head = head();
        Envelope.header(head, CONTENT_TYPE, contentType);
        ByteBufUtil.writeAscii(head, CONTENT_LENGTH_FIELD);
        Decimal.write(head, length);
        Envelope.endLine(head);
        Envelope.endLine(head);
        if (!envelope.isHead()) {
            outlet.holdsWhole(length >= Account.GRAIN_BYTES);
            outlet.write(body);
        }
        body.release();
        ended(isReusable());
    }

    @Override
    public void noContent() {
        if (begin(State.ANSWERED, NO_CONTENT, Unpooled.EMPTY_BUFFER)) {
            ByteBuf head = head();
            Envelope.endLine(head);
            ended(isReusable());
        }
    }

    @Override
    public void problem(Problem problem) {
        failed(problem);
        problem.headers().forEach(this::header);
        ByteBuf body = outlet.buffer(HEAD_BYTES);
        problem.writeTo(body, envelope.requestId().toString());
        whole(problem.status(), PROBLEM_JSON, body);
    }

    @Override
    public void about(String turn) {
        this.turn = turn;
    }

    @Override
    public void failed(Problem why) {
        trouble = Trouble.of(why);
    }

    @Override
    public Http1BodyStream stream(AsciiString contentType) {
        boolean chunked = !envelope.http10();
        Http1BodyStream opened = new Http1BodyStream(this, outlet, chunked);
        if (!begin(State.STREAMING, OK, Unpooled.EMPTY_BUFFER)) {
            opened.close();
            return opened;
        }
        stream = opened;
        ByteBuf head = head();
        Envelope.header(head, CONTENT_TYPE, contentType);
        if (chunked) {
            Envelope.header(head, TRANSFER_ENCODING, CHUNKED);
        }
        Envelope.endLine(head);
        if (envelope.isHead()) {
            opened.close();
            ended(isReusable());
        }
        return opened;
    }

    @Override
    public void onGone(Runnable action) {
        if (state == State.GONE) {
            action.run();
        } else {
            onGone = action;
        }
    }

    @Override
    public void chargeTo(Share agent) {
        outlet.chargeTo(agent);
    }

    @Override
    public Share client() {
        return connection.client();
    }

    /** Whether a client takes an orderly close for the end of what it was to get. */
    boolean endsByClosing() {
        return envelope.http10() && state == State.STREAMING;
    }

    String requestId() {
        return envelope.requestId().toString();
    }

    @Override
    public EventLoop eventLoop() {
        return outlet.channel().eventLoop();
    }

    @Override
    public boolean isOpen() {
        return state == State.OPEN;
    }

    void gone() {
        if (state == State.OPEN || state == State.STREAMING) {
            boolean begun = state == State.STREAMING;
            state = State.GONE;
            observeEnd(begun ? status.code() : RouteObserver.CLIENT_GONE);
            closeStream();
            onGone.run();
        }
    }

    /** The stream has ended, with all of its bytes or, when {@code broken}, visibly without. */
    void streamEnded(boolean broken) {
        state = State.ANSWERED;
        if (broken) {
            observeEnd(status.code());
            connection.broken(envelope.http10());
        } else {
            ended(isReusable());
        }
    }

    /** The route threw: says so where that can still be said. */
    void crashed(Problem problem) {
        if (state == State.OPEN) {
            problem(problem);
        } else if (state == State.STREAMING) {
            closeStream();
            streamEnded(true);
        }
    }

    private void closeStream() {
        if (stream != null) {
            stream.close();
        }
    }

    /** Releases {@code body} unless it returns true. */
    private boolean begin(State next, HttpResponseStatus status, ByteBuf body) {
        if (state == State.OPEN) {
            state = next;
            this.status = status;
            return true;
        }
        body.release();
        if (state == State.GONE) {
            return false;
        }
        throw new IllegalStateException("request " + envelope.requestId() + " has its answer");
    }

    private boolean isReusable() {
        return envelope.reusable() && !mustClose && !bodyPending && !connection.isDraining();
    }

    /** Lent, for the last headers and the empty line. */
    private ByteBuf head() {
        ByteBuf head = outlet.tail(HEAD_BYTES);
        envelope.writeTo(head, status, !isReusable());
        for (int i = 0; i < headers.size(); i++) {
            Envelope.header(head, headers.get(i).name(), headers.get(i).value());
        }
        return head;
    }

    private void ended(boolean reusable) {
        state = State.ANSWERED;
        observeEnd(status.code());
        connection.answered(reusable);
    }

    private void observeEnd(int code) {
        if (observer != null) {
            long nanos = System.nanoTime() - startNanos;
            observer.onEnded(envelope.method(), code, nanos);
            if (trouble != null && request != null) {
                connection.failed(request, turn, code, nanos, trouble);
            }
        }
    }
}
