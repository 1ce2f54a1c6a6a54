package dev.culvert.guest.local;

import io.netty.handler.codec.LineBasedFrameDecoder;

/** Cuts the stream at its line feeds. Too long a line ends the connection. */
final class LineDecoder extends LineBasedFrameDecoder {
    LineDecoder(int mostBytes) {
        super(mostBytes, true, true);
    }

    /** Bytes that it keeps of a line that has not arrived whole. */
    int heldBytes() {
        return internalBuffer().capacity();
    }
}
