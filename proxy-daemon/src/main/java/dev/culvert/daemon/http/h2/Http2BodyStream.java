package dev.culvert.daemon.http.h2;

import dev.culvert.daemon.http.HttpBodyStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;

/** A stream as DATA frames. Confined to its event loop. */
final class Http2BodyStream extends HttpBodyStream {
    private final StreamWriter writer;

    Http2BodyStream(Http2Answer answer, StreamWriter writer) {
        super(answer);
        this.writer = writer;
    }

    @Override
    protected StreamWriter writer() {
        return writer;
    }

    @Override
    protected ByteBuf beginPiece(int bytes, int added) {
        return writer.tail(bytes, added);
    }

    @Override
    public void finish(AsciiString last) {
        if (!last.isEmpty()) {
            ByteBufUtil.writeAscii(writer.tail(last.length()), last);
        }
    }

    @Override
    protected void writeEnd() {
        writer.end();
    }
}
