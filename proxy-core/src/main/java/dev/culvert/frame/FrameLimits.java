package dev.culvert.frame;

import dev.culvert.json.JsonLimits;
import dev.culvert.json.Utf8;
import io.netty.buffer.ByteBufUtil;

/**
 * How much of anything one frame may contain (framing.md, "Limits").
 *
 * @param frameBytes the length after the four-byte header
 * @param idBytes an id in UTF-8
 * @param json the envelope with its payload
 */
public record FrameLimits(int frameBytes, int idBytes, JsonLimits json) {

    public static final FrameLimits DEFAULTS =
            new FrameLimits(4 * 1024 * 1024, 128, JsonLimits.FRAME);

    /**
     * Room for the longest envelope around a payload: an id and a traceparent, all escaped, and a
     * caller.
     */
    private static final int ENVELOPE_BYTES = 2_048;

    public FrameLimits {
        check("frame_bytes", frameBytes, 2 * ENVELOPE_BYTES, Integer.MAX_VALUE - Integer.BYTES);
        check("id_bytes", idBytes, 1, 128);
    }

    /** The largest payload that may be sent: an envelope needs the rest. */
    public int payloadBytes() {
        return frameBytes - ENVELOPE_BYTES;
    }

    /** Whether a request may use this id: a peer would close the link for another one. */
    public boolean isRequestId(String id) {
        return !id.isEmpty() && ByteBufUtil.utf8Bytes(id) <= idBytes && !Utf8.hasLoneSurrogate(id);
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " is " + value + ": it must be from " + least + " to " + most);
        }
    }
}
