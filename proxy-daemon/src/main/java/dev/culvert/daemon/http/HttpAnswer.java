package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.NO_CONTENT;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.CallerQuota;
import dev.culvert.daemon.http.Handling.End;
import dev.culvert.io.Account;
import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * How far the answer to one request is and who is told of it, whichever version of HTTP writes it.
 * Confined to its event loop.
 */
/* A superclass and not a part, and one class of some 300 lines: one object for each request is enough. */
public abstract class HttpAnswer implements Answer {
    private static final int PROBLEM_BYTES = 384;

    private enum State {
        OPEN,
        STREAMING,
        ANSWERED,
        GONE
    }

    private final Head head;
    private @Nullable HeaderLines headers;
    private State state = State.OPEN;
    private HttpResponseStatus status = OK;
    private Runnable onGone = () -> {};
    private @Nullable Handling handling;
    private @Nullable HttpBodyStream stream;
    private int wholeBytes;

    /** Counts the bytes of bodies; null for a caller without such a limit. */
    private @Nullable CallerQuota byteQuota;

    protected HttpAnswer(Head head) {
        this.head = head;
    }

    /** Of the connection; each request would need one field more for it. */
    protected abstract HttpServer server();

    protected abstract PieceWriter writer();

    /** Writes a whole answer, for HEAD without the body. Borrows {@code body}. */
    protected abstract void writeWhole(AsciiString contentType, ByteBuf body);

    /** Writes an answer that has no body. */
    protected abstract void writeNoContent();

    /** A stream whose head is not written yet. */
    protected abstract HttpBodyStream newStream();

    protected abstract void writeStreamHead(AsciiString contentType);

    /** The answer is written to its end: the next request may come. */
    protected abstract void finish();

    /** The stream ended early, and the client must see that. */
    protected abstract void breakOff();

    /**
     * Calls the route, which answers even if it throws. Takes ownership of {@code body}.
     *
     * @param headNanos how long the head took to arrive
     */
    public final void handle(
            RoutedRequest routed, ByteBuf body, IncomingBody incoming, long headNanos) {
        RouteCall.run(this, server().observer(), routed, body, incoming, headNanos);
    }

    final void handledAs(Handling seen) {
        handling = seen;
    }

    final void limitedBy(CallerQuota quota) {
        byteQuota = quota.limitsBytes() ? quota : null;
    }

    /** The route threw: answers with {@code problem}, or breaks off the stream. */
    final void crashed(Problem problem) {
        if (state == State.OPEN) {
            problem(problem);
        } else if (state == State.STREAMING) {
            closeStream();
            streamEnded(true);
        }
    }

    /** Answers OPTIONS. */
    public final void options(String allow) {
        server().headers().addMethods(this, head, allow);
        noContent();
        if (server().observer().wantsRecords()) {
            server().observer().onEnded(RequestRecord.ofOptions(head, NO_CONTENT.code()));
        }
    }

    @Override
    public final ByteBufAllocator allocator() {
        return writer().channel().alloc();
    }

    @Override
    public final void chargeTo(Share agent) {
        writer().chargeTo(agent);
    }

    @Override
    public final boolean isEncrypted() {
        for (Channel it = writer().channel(); it != null; it = it.parent()) {
            if (it.pipeline().get(SslHandler.class) != null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public final EventLoop eventLoop() {
        return writer().channel().eventLoop();
    }

    @Override
    public final HttpAnswer header(AsciiString name, CharSequence value) {
        if (headers == null) {
            headers = new HeaderLines();
        }
        headers.add(name, value);
        return this;
    }

    @Override
    public final void whole(HttpResponseStatus status, AsciiString contentType, ByteBuf body) {
        if (begin(State.ANSWERED, status, body)) {
            if (!isHead()) {
                wholeBytes = body.readableBytes();
                writer().holdsWhole(wholeBytes >= Account.GRAIN_BYTES);
                charge(wholeBytes);
            }
            writeWhole(contentType, body);
            body.release();
            end();
        }
    }

    @Override
    public final void empty(HttpResponseStatus status) {
        if (begin(State.ANSWERED, status, Unpooled.EMPTY_BUFFER)) {
            writeNoContent();
            end();
        }
    }

    /** Begins and ends an answer after which HTTP ends; false if the client has gone. */
    protected final boolean leaves(HttpResponseStatus with) {
        boolean begun = begin(State.ANSWERED, with, Unpooled.EMPTY_BUFFER);
        if (begun) {
            observeEnd(status.code(), End.COMPLETE);
        }
        return begun;
    }

    @Override
    public final void problem(Problem problem) {
        failed(problem);
        ProblemFormat format = server().problems().of(head);
        Problem told = format.told(problem, handling);
        told.headers().forEach(this::header);
        AsciiString requestId = format.requestIdHeader();
        if (requestId != null && handling == null) { // else its route has added it
            header(requestId, head.id());
        }
        ByteBuf body = allocator().buffer(PROBLEM_BYTES);
        format.write(told, head.id(), body);
        whole(told.status(), format.contentType(), body);
    }

    /** So many bytes of a body were received or written. */
    final void charge(int bytes) {
        CallerQuota quota = byteQuota;
        if (quota != null) {
            quota.useBytes(bytes);
        }
    }

    @Override
    public final long owedNanos() {
        CallerQuota quota = byteQuota;
        return quota == null ? 0 : quota.owedNanos();
    }

    @Override
    public final BodyStream stream(AsciiString contentType) {
        HttpBodyStream opened = newStream();
        if (!begin(State.STREAMING, OK, Unpooled.EMPTY_BUFFER)) {
            opened.close();
            return opened;
        }
        stream = opened;
        writeStreamHead(contentType);
        if (isHead()) {
            opened.close();
            streamEnded(false);
        }
        return opened;
    }

    @Override
    public final @Nullable Handling handling() {
        return handling;
    }

    @Override
    public final void onGone(Runnable action) {
        if (state == State.GONE) {
            action.run();
        } else {
            onGone = action;
        }
    }

    @Override
    public final boolean isOpen() {
        return state == State.OPEN;
    }

    /** The client has left, or takes no answer any longer. */
    public final void gone() {
        if (state == State.OPEN || state == State.STREAMING) {
            boolean begun = state == State.STREAMING;
            state = State.GONE;
            observeEnd(begun ? status.code() : RouteObserver.CLIENT_GONE, End.CLIENT_LEFT);
            closeStream();
            onGone.run();
        }
    }

    /** Nothing more may be written to the stream, if there is one. */
    private void closeStream() {
        if (stream != null) {
            stream.close();
        }
    }

    /** The stream has ended; if {@code broken}, early, and the client must see that. */
    final void streamEnded(boolean broken) {
        if (broken) {
            state = State.ANSWERED;
            observeEnd(status.code(), End.BROKEN_OFF);
            breakOff();
        } else {
            end();
        }
    }

    private void end() {
        state = State.ANSWERED;
        observeEnd(status.code(), End.COMPLETE);
        finish();
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

    private void observeEnd(int code, End how) {
        if (handling != null) {
            handling.ended(code, how, stream == null ? wholeBytes : stream.writtenBytes());
        }
    }

    protected final boolean isStreaming() {
        return state == State.STREAMING;
    }

    /** Whether a route was called. */
    protected final boolean isHandled() {
        return handling != null;
    }

    /** Whether the client wants the head of the answer only. */
    protected final boolean isHead() {
        return head.method().equals(HttpMethod.HEAD);
    }

    protected final HttpResponseStatus status() {
        return status;
    }

    /** Those that the route has added; null if there are none. */
    protected final @Nullable HeaderLines headers() {
        return headers;
    }

    /** What is answered. */
    public final Head head() {
        return head;
    }
}
