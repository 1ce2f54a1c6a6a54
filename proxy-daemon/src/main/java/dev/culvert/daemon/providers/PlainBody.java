package dev.culvert.daemon.providers;

import dev.culvert.daemon.http.BodyStream;
import dev.culvert.daemon.http.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;

/** An answer that is no stream of events: passes as it comes, and is counted at its end. */
final class PlainBody implements PassedBody {
    /** A larger answer is counted by its bytes. */
    private static final int MOST_READ_BYTES = 1 << 20;

    private final Passage passage;
    private final BodyStream stream;
    private ByteBuf beginning;
    private long bytes;
    private boolean counted;

    /** Begins the client's answer. */
    PlainBody(Passage passage, AsciiString contentType) {
        this.passage = passage;
        beginning = passage.answer().allocator().buffer();
        stream = passage.answer().stream(contentType);
    }

    @Override
    public Next content(ByteBuf content) {
        int length = content.readableBytes();
        bytes += length;
        if (bytes > MOST_READ_BYTES) {
            beginning.release();
            beginning = Unpooled.EMPTY_BUFFER;
        } else if (passage.count() != null) {
            beginning.writeBytes(content, content.readerIndex(), length);
        }
        if (stream.isOpen()) {
            stream.begin(length).writeBytes(content);
            stream.finish(AsciiString.EMPTY_STRING);
        }
        return stream.isWritable() ? Next.GO_ON : Next.WAIT;
    }

    private void count() {
        TokenCount count = passage.count();
        if (count != null && !counted) {
            counted = true;
            count.whole(beginning, bytes);
        }
    }

    @Override
    public void end() {
        count();
        stream.end();
    }

    @Override
    public void breakOff(Problem why) {
        passage.answer().failed(why);
        stream.abort();
    }

    @Override
    public void whenCaughtUp(Runnable action) {
        stream.whenSent(action);
    }

    @Override
    public int heldBytes() {
        return beginning.capacity();
    }

    @Override
    public void drop() {
        count();
        beginning.release();
    }
}
