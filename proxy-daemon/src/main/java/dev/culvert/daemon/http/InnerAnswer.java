package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.UNPROCESSABLE_ENTITY;

import dev.culvert.io.Share;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** The answer to an {@link InnerCall}. Confined to its event loop. */
final class InnerAnswer implements Answer {
    private static final int PROBLEM_BYTES = 384;

    private final Answer client;
    private final Head head;
    private final InnerCall.Expected expected;
    private final HeaderLines headers = new HeaderLines();
    private @Nullable Handling handling;
    private @Nullable InnerStream stream;
    private Runnable onGone = () -> {};
    private State state = State.OPEN;

    private enum State {
        OPEN,
        STREAMING,
        ANSWERED,
        GONE
    }

    InnerAnswer(Answer client, Head head, InnerCall.Expected expected) {
        this.client = client;
        this.head = head;
        this.expected = expected;
    }

    /** A route was found. */
    void handledAs(Handling seen) {
        handling = seen;
    }

    @Override
    public Answer header(AsciiString name, CharSequence value) {
        headers.add(name, value);
        return this;
    }

    @Override
    public ByteBufAllocator allocator() {
        return client.allocator();
    }

    @Override
    public void whole(HttpResponseStatus status, AsciiString contentType, ByteBuf body) {
        if (state == State.OPEN) {
            state = State.ANSWERED;
            tell(status, contentType, body);
        } else {
            body.release();
        }
    }

    @Override
    public void empty(HttpResponseStatus status) {
        if (state == State.OPEN) {
            state = State.ANSWERED;
            tell(status, null, Unpooled.EMPTY_BUFFER);
        }
    }

    @Override
    public void problem(Problem problem) {
        failed(problem);
        problem.headers().forEach(headers::add);
        ByteBuf body = allocator().buffer(PROBLEM_BYTES);
        ProblemFormat format = ProblemFormats.DEFAULT.of(head);
        format.write(problem, head.id(), body);
        whole(problem.status(), format.contentType(), body);
    }

    /** The route threw. */
    void crashed(Problem problem) {
        if (state == State.STREAMING) {
            broken(problem);
        } else {
            problem(problem);
        }
    }

    @Override
    public BodyStream stream(AsciiString contentType) {
        state = state == State.OPEN ? State.STREAMING : state;
        InnerStream begun =
                new InnerStream(this, contentType, expected.mostBytes(), state == State.STREAMING);
        stream = begun;
        return begun;
    }

    /** The stream is complete. Takes {@code body}. */
    void streamed(AsciiString contentType, ByteBuf body) {
        state = State.ANSWERED;
        tell(OK, contentType, body);
    }

    /** The stream ends early: the listener gets {@code why} in its place. */
    void broken(Problem why) {
        state = State.OPEN;
        if (stream != null) {
            stream.close();
        }
        problem(why);
        onGone.run();
    }

    static Problem tooLarge() {
        return Problem.of(
                UNPROCESSABLE_ENTITY,
                "The answer is too large to be given in one piece: ask for less, for example with a"
                        + " smaller limit, or send the request by itself.");
    }

    /** Takes {@code body}. */
    private void tell(HttpResponseStatus status, @Nullable AsciiString contentType, ByteBuf body) {
        try {
            if (handling != null) {
                handling.ended(status.code(), Handling.End.COMPLETE, body.readableBytes());
            }
            expected.listener().onAnswer(status, headers, contentType, body);
        } finally {
            body.release();
        }
    }

    /** Nobody waits for the answer any longer. */
    void gone() {
        if (state == State.OPEN || state == State.STREAMING) {
            state = State.GONE;
            if (stream != null) {
                stream.close();
            }
            if (handling != null) {
                handling.ended(RouteObserver.CLIENT_GONE, Handling.End.CLIENT_LEFT, 0);
            }
            onGone.run();
        }
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
    public boolean isOpen() {
        return state == State.OPEN;
    }

    @Override
    public @Nullable Handling handling() {
        return handling;
    }

    @Override
    public void chargeTo(Share agent) {
        client.chargeTo(agent);
    }

    @Override
    public Share client() {
        return client.client();
    }

    /** Nothing waits: the bytes count when they are written to the client. */
    @Override
    public long owedNanos() {
        return 0;
    }

    @Override
    public EventLoop eventLoop() {
        return client.eventLoop();
    }
}
