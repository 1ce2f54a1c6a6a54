package dev.culvert.daemon.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The id under which a request is found in logs: the client's own where it will do. */
final class RequestId {
    private static final int MAX_LENGTH = 128;

    private RequestId() {}

    static String of(@Nullable String sent) {
        return sent != null && isUsable(sent) ? sent : random();
    }

    static String random() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    /** Visible ASCII that needs no quoting where it is logged or echoed. */
    private static boolean isUsable(String id) {
        return !id.isEmpty()
                && id.length() <= MAX_LENGTH
                && id.chars().allMatch(c -> c > ' ' && c < 0x7f && "\"'\\".indexOf(c) < 0);
    }
}
