package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;

/** Turns output that comes in pieces into text, without cutting a character in two. */
final class OutputPieces {
    private final CharsetDecoder decoder =
            UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);

    /** The first bytes of a character whose rest has not come. */
    private byte[] begun = {};

    /** The text of the next bytes; empty if they do not complete a character. */
    String next(byte[] bytes, int length) {
        ByteBuffer in = ByteBuffer.allocate(begun.length + length);
        in.put(begun).put(bytes, 0, length).flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, out, false);
        begun = new byte[in.remaining()];
        in.get(begun);
        return out.flip().toString();
    }
}
