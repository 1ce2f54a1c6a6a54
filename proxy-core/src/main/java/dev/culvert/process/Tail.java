package dev.culvert.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** The last bytes of what a program wrote. Safe for all threads. */
final class Tail {
    private final byte[] ring;
    private int next;
    private long total;

    Tail(int mostBytes) {
        ring = new byte[mostBytes];
    }

    synchronized void add(byte[] bytes, int length) {
        for (int i = Math.max(0, length - ring.length); i < length; i++) {
            ring[next] = bytes[i];
            next = next + 1 == ring.length ? 0 : next + 1;
        }
        total += length;
    }

    /** How much there was so far, also what is not kept any more. */
    synchronized long total() {
        return total;
    }

    /** What came after so many bytes, as far as it is kept. */
    synchronized String since(long from) {
        byte[] kept = kept();
        int count = Math.clamp(total - from, 0, kept.length);
        return new String(kept, kept.length - count, count, UTF_8);
    }

    synchronized String text() {
        return new String(kept(), UTF_8);
    }

    private byte[] kept() {
        if (total < ring.length) {
            return Arrays.copyOf(ring, next);
        }
        byte[] ordered = new byte[ring.length];
        System.arraycopy(ring, next, ordered, 0, ring.length - next);
        System.arraycopy(ring, 0, ordered, ring.length - next, next);
        return ordered;
    }
}
