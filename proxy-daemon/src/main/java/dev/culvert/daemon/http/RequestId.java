package dev.culvert.daemon.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The id under which a request is found in logs: the client's own where it will do. */
public final class RequestId {
    private static final int MAX_LENGTH = 128;

    private final long number;
    private final @Nullable String sent;

    private RequestId(long number, @Nullable String sent) {
        this.number = number;
        this.sent = sent;
    }

    public static RequestId of(@Nullable String sent) {
        return sent != null && isUsable(sent) ? new RequestId(0, sent) : random();
    }

    public static RequestId random() {
        return new RequestId(ThreadLocalRandom.current().nextLong(), null);
    }

    /** Visible ASCII that needs no quoting where it is logged or echoed. */
    private static boolean isUsable(String id) {
        return !id.isEmpty()
                && id.length() <= MAX_LENGTH
                && id.chars().allMatch(c -> c > ' ' && c < 0x7f && "\"'\\".indexOf(c) < 0);
    }

    public void writeTo(ByteBuf out) {
        if (sent != null) {
            ByteBufUtil.writeAscii(out, sent);
            return;
        }
        for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
            out.writeByte(Character.forDigit((int) (number >>> shift) & 0xf, 16));
        }
    }

    @Override
    public String toString() {
        return sent == null ? HexFormat.of().toHexDigits(number) : sent;
    }
}
