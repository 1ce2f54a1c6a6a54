package dev.culvert.guest.turn;

import io.netty.buffer.ByteBuf;

/** A 64-bit hash of a text or of bytes, to tell them from others without keeping them. */
/* Two different inputs have the same hash once in 2^64 times. A host that searched for such a pair would harm only
 * itself, because ids and payloads are its own. So a cryptographic digest is not worth its classes. */
public final class Fingerprint {
    /* FNV-1a with eight bytes a step. A multiplication never carries downwards, so the upper half is folded in. */
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
