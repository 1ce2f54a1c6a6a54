package dev.culvert.daemon.http;

import io.netty.buffer.ByteBuf;

/** A streamed body, whichever version of HTTP writes it. Confined to its event loop. */
/* A superclass and not a part, because one object for each stream is enough. */
public abstract class HttpBodyStream implements BodyStream {
    private final HttpAnswer answer;
    private boolean open = true;
    private long written;

    protected HttpBodyStream(HttpAnswer answer) {
        this.answer = answer;
    }

    protected abstract PieceWriter writer();

    /** As {@link #begin(int, int)}. */
    protected abstract ByteBuf beginPiece(int bytes, int added);

    /** Writes what ends a complete body. */
    protected abstract void writeEnd();

    @Override
    public final ByteBuf begin(int bytes, int added) {
        written += bytes + added;
        answer.charge(bytes + added);
        return beginPiece(bytes, added);
    }

    @Override
    public final void add(ByteBuf part) {
        writer().write(part);
    }

    @Override
    public final void end() {
        if (open) {
            open = false;
            writeEnd();
            answer.streamEnded(false);
        }
    }

    @Override
    public final void abort() {
        if (open) {
            open = false;
            answer.streamEnded(true);
        }
    }

    @Override
    public final boolean isOpen() {
        return open;
    }

    @Override
    public final boolean isWritable() {
        return writer().channel().isWritable();
    }

    @Override
    public final void whenSent(Runnable action) {
        writer().whenSent(action);
    }

    @Override
    public final long unsentBytes() {
        return writer().unsentBytes();
    }

    @Override
    public final boolean holdsMoreThan(long bytes) {
        if (writer().unsentBytes() > bytes) {
            writer().flush();
        }
        return writer().unsentBytes() > bytes;
    }

    /** Bytes of the body, without what HTTP adds to them. */
    final long writtenBytes() {
        return written;
    }

    /** Nothing more may be written. */
    final void close() {
        open = false;
    }
}
