package dev.culvert.daemon.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The id by which a request is found in logs: the client's own if it can be used, else a random
 * number.
 */
final class RequestId {
    private static final int MAX_LENGTH = 128;

    private RequestId() {}

    static long random() {
        return ThreadLocalRandom.current().nextLong();
    }

    /** The id that a client {@code sent}, or null: visible ASCII that needs no quoting. */
    static @Nullable String usable(@Nullable String sent) {
        boolean usable =
                sent != null
                        && !sent.isEmpty()
                        && sent.length() <= MAX_LENGTH
                        && sent.chars()
                                .allMatch(c -> c > ' ' && c < 0x7f && "\"'\\".indexOf(c) < 0);
        return usable ? sent : null;
    }

    static String text(@Nullable String sent, long number) {
        String own = usable(sent);
        return own == null ? HexFormat.of().toHexDigits(number) : own;
    }

    static void write(ByteBuf out, @Nullable String sent, long number) {
        String own = usable(sent);
        if (own != null) {
            ByteBufUtil.writeAscii(out, own);
            return;
        }
        for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
            out.writeByte(Character.forDigit((int) (number >>> shift) & 0xf, 16));
        }
    }
}
