package dev.culvert.guest.turn;

import io.netty.buffer.ByteBuf;

/** A text or some bytes in 64 bits, to tell them from others without keeping them. */
/* Two that differ look alike once in 2^64 times. A host that sought such a pair would betray nobody but itself:
 * both the ids and the payloads are its own. So a digest for cryptography is not worth its classes. */
public final class Fingerprint {
    /* FNV-1a, eight bytes a step, and the upper half folded into the lower, which a multiplication never reaches. */
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private Fingerprint() {}

    static long of(String text) {
        long hash = OFFSET;
        for (int i = 0; i < text.length(); i++) {
            hash = mix(hash, text.charAt(i));
        }
        return mix(hash, text.length());
    }

    /** Borrows {@code bytes}. */
    public static long of(ByteBuf bytes) {
        long hash = OFFSET;
        int at = bytes.readerIndex();
        for (; bytes.writerIndex() - at >= Long.BYTES; at += Long.BYTES) {
            hash = mix(hash, bytes.getLong(at));
        }
        for (; at < bytes.writerIndex(); at++) {
            hash = mix(hash, bytes.getByte(at));
        }
        return mix(hash, bytes.readableBytes());
    }

    private static long mix(long hash, long word) {
        long mixed = (hash ^ word) * PRIME;
        return mixed ^ (mixed >>> 32);
    }
}
