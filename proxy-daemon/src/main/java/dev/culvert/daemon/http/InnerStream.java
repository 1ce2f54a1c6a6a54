package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_GATEWAY;

import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;

/** Puts together what a route streams to an {@link InnerCall}. Confined to its event loop. */
final class InnerStream implements BodyStream {
    private static final int FIRST_BYTES = 1024;
    private static final Problem INCOMPLETE =
            Problem.of(BAD_GATEWAY, "The answer ended before it was complete: try again.");

    private final InnerAnswer answer;
    private final AsciiString contentType;
    private final int mostBytes;
    private final ByteBuf body;
    private final Holding holding;
    private boolean open;

    InnerStream(InnerAnswer answer, AsciiString contentType, int mostBytes, boolean open) {
        this.answer = answer;
        this.contentType = contentType;
        this.mostBytes = mostBytes;
        this.open = open;
        body = answer.allocator().buffer(open ? FIRST_BYTES : 0);
        holding =
                answer.client()
                        .open(
                                HeldKind.ANSWERS,
                                answer.eventLoop(),
                                share -> answer.broken(Problem.of(OverMemory.excess(share))));
        if (!open) {
            body.release();
        }
    }

    @Override
    public ByteBuf begin(int bytes, int added) {
        return body;
    }

    @Override
    public void add(ByteBuf part) {
        body.writeBytes(part, part.readerIndex(), part.readableBytes());
    }

    @Override
    public void finish(AsciiString last) {
        ByteBufUtil.writeAscii(body, last);
        if (body.readableBytes() > mostBytes) {
            answer.broken(InnerAnswer.tooLarge());
        } else {
            holding.set(body.readableBytes());
        }
    }

    @Override
    public void end() {
        if (open) {
            open = false;
            holding.set(0);
            answer.streamed(contentType, body);
        }
    }

    @Override
    public void abort() {
        if (open) {
            answer.broken(INCOMPLETE);
        }
    }

    /** Lets go of what was put together. */
    void close() {
        if (open) {
            open = false;
            holding.set(0);
            body.release();
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void whenSent(Runnable action) {
        answer.eventLoop().execute(action);
    }

    @Override
    public long unsentBytes() {
        return 0;
    }

    @Override
    public boolean holdsMoreThan(long bytes) {
        return false;
    }
}
