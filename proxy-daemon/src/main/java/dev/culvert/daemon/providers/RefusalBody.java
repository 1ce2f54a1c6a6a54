package dev.culvert.daemon.providers;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;

/** What a provider says instead of an answer: passes whole, with its status. */
final class RefusalBody implements PassedBody {
    /** More of it is cut. */
    private static final int MOST_BYTES = 64 * 1024;

    private final Answer answer;
    private final HttpResponseStatus status;
    private final AsciiString contentType;
    private final ByteBuf body;

    RefusalBody(Answer answer, HttpResponseStatus status, AsciiString contentType) {
        this.answer = answer;
        this.status = status;
        this.contentType = contentType;
        body = answer.allocator().buffer();
    }

    @Override
    public Next content(ByteBuf content) {
        int room = MOST_BYTES - body.readableBytes();
        body.writeBytes(content, content.readerIndex(), Math.min(room, content.readableBytes()));
        if (room > content.readableBytes()) {
            return Next.GO_ON;
        }
        end();
        return Next.CLOSE;
    }

    @Override
    public void end() {
        if (answer.isOpen()) {
            answer.failed(
                    Problem.of(status, "The provider has refused the request with this status."));
            answer.whole(status, contentType, body.retainedSlice());
        }
    }

    /** The status says enough. */
    @Override
    public void breakOff(Problem why) {
        end();
    }

    @Override
    public void whenCaughtUp(Runnable action) {
        action.run();
    }

    @Override
    public int heldBytes() {
        return body.capacity();
    }

    @Override
    public void drop() {
        body.release();
    }
}
