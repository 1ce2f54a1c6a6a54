package dev.culvert.frame;

import io.netty.buffer.ByteBufUtil;

/**
 * How much of anything one frame may hold (framing.md, "Limits").
 *
 * @param frameBytes the length after the four-byte header
 * @param idBytes an id in UTF-8
 * @param depth nested objects and arrays, the envelope itself being the first
 * @param numberLength characters of one number
 * @param nameLength characters of one member name
 * @param tokens JSON tokens in one frame, which bounds the time that reading it takes
 */
public record FrameLimits(
        int frameBytes, int idBytes, int depth, int numberLength, int nameLength, int tokens) {

    public static final FrameLimits DEFAULTS =
            new FrameLimits(4 * 1024 * 1024, 128, 64, 1_000, 50_000, 1_000_000);

    /** Room for the longest envelope around a payload: an id and a traceparent, all escaped. */
    private static final int ENVELOPE_BYTES = 2_048;

    /** Its braces, and the names and values of all six members. */
    private static final int ENVELOPE_TOKENS = 14;

    public FrameLimits {
        atLeast("frame_bytes", frameBytes, 2 * ENVELOPE_BYTES);
        atLeast("id_bytes", idBytes, 1);
        atLeast("depth", depth, 2);
        atLeast("number_length", numberLength, 1);
        atLeast("name_length", nameLength, 16);
        atLeast("tokens", tokens, 16);
        atMost("id_bytes", idBytes, 128);
        atMost("depth", depth, 64);
    }

    /** The largest payload that may be sent: what an envelope may need is kept free. */
    public int payloadBytes() {
        return frameBytes - ENVELOPE_BYTES;
    }

    /** What is left of the depth and the tokens for the payload. */
    FrameLimits insideAnEnvelope() {
        return new FrameLimits(
                frameBytes, idBytes, depth - 1, numberLength, nameLength, tokens - ENVELOPE_TOKENS);
    }

    /** Whether a request may bear it: a peer would refuse another, and close the link for it. */
    public boolean isRequestId(String id) {
        return !id.isEmpty() && ByteBufUtil.utf8Bytes(id) <= idBytes && !Utf8.hasLoneSurrogate(id);
    }

    private static void atMost(String key, int value, int most) {
        if (value > most) {
            throw new IllegalArgumentException(
                    key + " is " + value + ": the protocol allows at most " + most);
        }
    }

    private static void atLeast(String key, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    key + " is " + value + ": it must be at least " + least);
        }
    }
}
