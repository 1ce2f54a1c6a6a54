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
        return new Growing().of(bytes);
    }

    /** The hash of bytes that arrive one after the other, in one buffer. */
    public static final class Growing {
        private long hash = OFFSET;

        /** How many bytes are in the hash. */
        private int done;

        /** Takes in what has arrived so far; borrows {@code bytes}. */
        public void add(ByteBuf bytes) {
            for (; bytes.readableBytes() - done >= Long.BYTES; done += Long.BYTES) {
                hash = mix(hash, bytes.getLong(bytes.readerIndex() + done));
            }
        }

        /** The hash of all bytes, which have arrived; borrows {@code bytes}. */
        public long of(ByteBuf bytes) {
            add(bytes);
            long whole = hash;
            for (int i = done; i < bytes.readableBytes(); i++) {
                whole = mix(whole, bytes.getByte(bytes.readerIndex() + i));
            }
            return mix(whole, bytes.readableBytes());
        }
    }

    private static long mix(long hash, long word) {
        long mixed = (hash ^ word) * PRIME;
        return mixed ^ (mixed >>> 32);
    }
}
