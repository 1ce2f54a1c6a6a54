package dev.culvert.daemon.front.responses;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that do not change. Those that are kept for long can move outside of the heap, and have to
 * come back before they are let go. Safe for all threads.
 */
/* The collector copies what lives as long as a response is kept, and soon has to mark the heap to find what of it is
 * gone: flat out, that took more CPU than all else that a response takes beside its events. Whoever still has bytes
 * that are let go can read them: they are on the heap again. */
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

    /** Copies {@code bytes}, which are lent. */
    KeptBytes(ByteBuf bytes) {
        length = bytes.readableBytes();
        inside = new byte[length];
        bytes.getBytes(bytes.readerIndex(), inside);
    }

    int length() {
        return length;
    }

    /** Not to be changed. */
    synchronized byte[] array() {
        ByteBuf there = outside;
        if (there == null) {
            return inside;
        }
        byte[] copy = new byte[length];
        there.getBytes(0, copy);
        return copy;
    }

    synchronized void write(ByteBuf out) {
        ByteBuf there = outside;
        if (there == null) {
            out.writeBytes(inside);
        } else {
            out.writeBytes(there, 0, length);
        }
    }

    /** They will be kept for long. They stay where they are if there is no room. */
    synchronized void moveOut(Room room) {
        if (outside == null && room.takes(length)) {
            outside = Room.BUFFERS.directBuffer(length, length).writeBytes(inside);
            inside = NONE;
            room.bytes += length;
        }
    }

    /** They are not kept any more. */
    synchronized void moveIn(Room room) {
        ByteBuf there = outside;
        if (there != null) {
            inside = array();
            outside = null;
            there.release();
            room.bytes -= length;
        }
    }
}
