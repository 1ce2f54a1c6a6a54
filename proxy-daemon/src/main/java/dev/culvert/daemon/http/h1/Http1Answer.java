package dev.culvert.daemon.http.h1;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;
import static io.netty.handler.codec.http.HttpHeaderValues.CHUNKED;
import static io.netty.handler.codec.http.HttpResponseStatus.NO_CONTENT;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Handling;
import dev.culvert.daemon.http.Handling.End;
import dev.culvert.daemon.http.Head;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.RouteObserver;
import dev.culvert.io.Account;
import dev.culvert.io.Decimal;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** An answer as the bytes of HTTP/1.1. Confined to its event loop. */
final class Http1Answer implements Answer {
    private static final AsciiString PROBLEM_JSON = AsciiString.cached("application/problem+json");
    private static final AsciiString CONTENT_LENGTH_FIELD =
            AsciiString.cached(CONTENT_LENGTH + ": ");
    private static final int HEAD_BYTES = 384;

    private enum State {
        OPEN,
        STREAMING,
        ANSWERED,
        GONE
    }

    private final RequestHandler handler;
    private final ResponseWriter writer;
    private final ResponseHead responseHead;
    private final Head head;
    private @Nullable HeaderLines headers;
    private State state = State.OPEN;
    private HttpResponseStatus status = OK;
    private Runnable onGone = () -> {};
    private @Nullable Http1BodyStream stream;
    private @Nullable Handling handling;
    private int wholeBytes;
    private boolean mustClose;

    /**
     * An answer that does not wait for the body closes the connection, or the body would be read as
     * the next request.
     */
    private boolean bodyPending;

    /** Answers the request that {@code head} begins; {@code handler} is told how that ends. */
    Http1Answer(
            RequestHandler handler, ResponseWriter writer, ResponseHead responseHead, Head head) {
        this.handler = handler;
        this.writer = writer;
        this.responseHead = responseHead;
        this.head = head;
        bodyPending = head.announcesBody();
    }

    /** The body was read, and the route is called: {@code route} is told how this ends. */
    void handledBy(Handling route) {
        handling = route;
        bodyPending = false;
    }

    /**
     * Answers a request that no route sees.
     *
     * @param closes whether nothing more is read after this answer
     */
    void refuse(Problem problem, boolean closes) {
        mustClose = closes;
        problem(problem);
    }

    void options(String allow) {
        responseHead.addMethods(this, head, allow);
        noContent();
    }

    @Override
    public Http1Answer header(AsciiString name, CharSequence value) {
        if (headers == null) {
            headers = new HeaderLines();
        }
        headers.add(name, value);
        return this;
    }

    @Override
    public ByteBufAllocator allocator() {
        return writer.channel().alloc();
    }

    @Override
    public void whole(HttpResponseStatus status, AsciiString contentType, ByteBuf body) {
        if (!begin(State.ANSWERED, status, body)) {
            return;
        }
        int length = body.readableBytes();
        ByteBuf out = head();
        ResponseHead.header(out, CONTENT_TYPE, contentType);
        ByteBufUtil.writeAscii(out, CONTENT_LENGTH_FIELD);
        Decimal.write(out, length);
        ResponseHead.endLine(out);
        ResponseHead.endLine(out);
        if (!isHead()) {
            writer.holdsWhole(length >= Account.GRAIN_BYTES);
            writer.write(body);
            wholeBytes = length;
        }
        body.release();
        ended(isReusable());
    }

    @Override
    public void noContent() {
        if (begin(State.ANSWERED, NO_CONTENT, Unpooled.EMPTY_BUFFER)) {
            ResponseHead.endLine(head());
            ended(isReusable());
        }
    }

    @Override
    public void problem(Problem problem) {
        failed(problem);
        problem.headers().forEach(this::header);
        ByteBuf body = writer.buffer(HEAD_BYTES);
        problem.writeTo(body, head.id());
        whole(problem.status(), PROBLEM_JSON, body);
    }

    @Override
    public @Nullable Handling handling() {
        return handling;
    }

    @Override
    public Http1BodyStream stream(AsciiString contentType) {
        boolean chunked = !head.isHttp10();
        Http1BodyStream opened = new Http1BodyStream(this, writer, chunked);
        if (!begin(State.STREAMING, OK, Unpooled.EMPTY_BUFFER)) {
            opened.close();
            return opened;
        }
        stream = opened;
        ByteBuf out = head();
        ResponseHead.header(out, CONTENT_TYPE, contentType);
        if (chunked) {
            ResponseHead.header(out, TRANSFER_ENCODING, CHUNKED);
        }
        ResponseHead.endLine(out);
        if (isHead()) {
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
        writer.chargeTo(agent);
    }

    @Override
    public Share client() {
        return handler.client();
    }

    /** Whether the client takes an orderly close for the end of the body. */
    boolean endsByClosing() {
        return head.isHttp10() && state == State.STREAMING;
    }

    private boolean isHead() {
        return head.method().equals(HttpMethod.HEAD);
    }

    /** Of the request. */
    Head requestHead() {
        return head;
    }

    @Override
    public EventLoop eventLoop() {
        return writer.channel().eventLoop();
    }

    @Override
    public boolean isOpen() {
        return state == State.OPEN;
    }

    void gone() {
        if (state == State.OPEN || state == State.STREAMING) {
            boolean begun = state == State.STREAMING;
            state = State.GONE;
            observeEnd(begun ? status.code() : RouteObserver.CLIENT_GONE, End.CLIENT_LEFT);
            closeStream();
            onGone.run();
        }
    }

    /** The stream has ended; if {@code broken}, early, and the client must see that. */
    void streamEnded(boolean broken) {
        state = State.ANSWERED;
        if (broken) {
            observeEnd(status.code(), End.BROKEN_OFF);
            handler.broken(head.isHttp10());
        } else {
            ended(isReusable());
        }
    }

    /** The route threw: answers with {@code problem}, or breaks off the stream. */
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
        throw new IllegalStateException("request " + head.id() + " has its answer");
    }

    private boolean isReusable() {
        return !head.isHttp10()
                && !head.closes()
                && !mustClose
                && !bodyPending
                && !handler.isDraining();
    }

    /** Lent, for the last headers and the empty line. */
    private ByteBuf head() {
        ByteBuf out = writer.tail(HEAD_BYTES);
        responseHead.write(out, head, status, !isReusable());
        if (headers != null) {
            headers.writeTo(out);
        }
        return out;
    }

    private void ended(boolean reusable) {
        state = State.ANSWERED;
        observeEnd(status.code(), End.COMPLETE);
        handler.answered(reusable);
    }

    private void observeEnd(int code, End how) {
        if (handling != null) {
            handling.wrote(stream == null ? wholeBytes : stream.writtenBytes());
            handling.ended(code, how);
        }
    }
}
