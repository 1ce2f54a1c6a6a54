package dev.culvert.process;

import static java.nio.charset.StandardCharsets.UTF_8;

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

    synchronized String text() {
        if (total < ring.length) {
            return new String(ring, 0, next, UTF_8);
        }
        byte[] ordered = new byte[ring.length];
        System.arraycopy(ring, next, ordered, 0, ring.length - next);
        System.arraycopy(ring, 0, ordered, ring.length - next, next);
        return new String(ordered, UTF_8);
    }
}
