package dev.culvert.daemon.providers;

import dev.culvert.json.JsonOutline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Reads counts out of JSON. */
final class Numbers {
    private static final int MOST_DIGITS = 15;

    private Numbers() {}

    /** A whole number from 0; -1 if it is none, or has more than 15 digits. */
    static long count(JsonOutline text, int value) {
        if (text.length(value) > MOST_DIGITS) {
            return -1;
        }
        ByteBuf digits = Unpooled.buffer(MOST_DIGITS);
        text.copy(value, digits);
        String written = digits.toString(StandardCharsets.US_ASCII);
        for (int i = 0; i < written.length(); i++) {
            if (written.charAt(i) < '0' || written.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(written);
    }
}
