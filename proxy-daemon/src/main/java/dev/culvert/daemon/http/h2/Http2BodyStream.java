package dev.culvert.daemon.http.h2;

import dev.culvert.daemon.http.BodyStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;

/** A stream as DATA frames. Confined to its event loop. */
final class Http2BodyStream implements BodyStream {
    private final Http2Answer answer;
    private final StreamWriter writer;
    private boolean open = true;
    private long written;

    Http2BodyStream(Http2Answer answer, StreamWriter writer) {
        this.answer = answer;
        this.writer = writer;
    }

    @Override
    public ByteBuf begin(int bytes, int added) {
        written += bytes + added;
        answer.wrote(bytes + added);
        return writer.tail(bytes, added);
    }

    @Override
    public void add(ByteBuf part) {
        writer.write(part);
    }

    @Override
    public void finish(AsciiString last) {
        if (!last.isEmpty()) {
            ByteBufUtil.writeAscii(writer.tail(last.length()), last);
        }
    }

    /** Bytes of the body, without what HTTP adds to them. */
    long writtenBytes() {
        return written;
    }

    @Override
    public void end() {
        if (open) {
            open = false;
            writer.end();
            answer.streamEnded(false);
        }
    }

    @Override
    public void abort() {
        if (open) {
            open = false;
            answer.streamEnded(true);
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isWritable() {
        return writer.channel().isWritable();
    }

    @Override
    public void whenSent(Runnable action) {
        writer.whenSent(action);
    }

    @Override
    public long unsentBytes() {
        return writer.unsentBytes();
    }

    @Override
    public boolean holdsMoreThan(long bytes) {
        if (writer.unsentBytes() > bytes) {
            writer.flush();
        }
        return writer.unsentBytes() > bytes;
    }

    void close() {
        open = false;
    }
}
