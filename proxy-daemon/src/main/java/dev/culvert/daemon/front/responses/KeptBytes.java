package dev.culvert.daemon.front.responses;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that do not change. Those that are kept for long can move outside of the heap, until they
 * are let go. Safe for all threads.
 */
/* The collector copies what lives as long as a response is kept, and soon has to mark the heap to find what of it is
 * gone. Most responses are never asked for: what nobody was lent is let go without coming back, because an old object
 * that refers to a new one would keep that alive, too. Whoever was lent the bytes has them for as long as he wants. */
final class KeptBytes {
    /** Fewer bytes cost more outside than they save. */
    private static final int LEAST_BYTES = 1024;

    private static final byte[] NONE = {};

    /** Room outside of the heap. Confined to the lock of {@link KeptResponses}. */
    static final class Room {
        /** What is kept by default. The rest of that memory is the network's. */
        private static final long MOST_BYTES = 32L * 1024 * 1024;

        private static final ByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(true, true);

        private final long mostBytes;
        private long bytes;

        Room() {
            this(MOST_BYTES);
        }

        Room(long mostBytes) {
            this.mostBytes = mostBytes;
        }

        /** How many bytes are there. */
        long bytes() {
            return bytes;
        }

        private boolean takes(int more) {
            return more >= LEAST_BYTES && bytes + more <= mostBytes;
        }
    }

    private final int length;

    /** Empty while they are outside. */
    private byte[] inside;

    private @Nullable ByteBuf outside;

    private boolean isLent;
    private boolean isGone;

    /** Copies {@code bytes}, which are lent. */
    KeptBytes(ByteBuf bytes) {
        length = bytes.readableBytes();
        inside = new byte[length];
        bytes.getBytes(bytes.readerIndex(), inside);
    }

    int length() {
        return length;
    }

    /** Whoever asks for them from now on gets them, also when they are not kept any more. */
    synchronized void lend() {
        isLent = true;
    }

    /** Not to be changed; null if they were let go, and were lent to nobody. */
    synchronized byte @Nullable [] array() {
        ByteBuf there = outside;
        if (there == null) {
            return isGone ? null : inside;
        }
        byte[] copy = new byte[length];
        there.getBytes(0, copy);
        return copy;
    }

    /** They will be kept for long. They stay where they are if there is no room. */
    synchronized void moveOut(Room room) {
        if (outside == null && !isGone && room.takes(length)) {
            outside = Room.BUFFERS.directBuffer(length, length).writeBytes(inside);
            inside = NONE;
            room.bytes += length;
        }
    }

    /** They are not kept any more. */
    synchronized void letGo(Room room) {
        ByteBuf there = outside;
        if (there != null) {
            if (isLent) {
                inside = new byte[length];
                there.getBytes(0, inside);
            } else {
                isGone = true;
            }
            outside = null;
            there.release();
            room.bytes -= length;
        }
    }
}
