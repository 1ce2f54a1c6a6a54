package dev.culvert.io;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.PlatformDependent;

/** The memory outside the heap, where network buffers are. */
public final class DirectMemory {
    private DirectMemory() {}

    /**
     * How much of it network buffers may take together: {@code io.netty.maxDirectMemory}, else
     * {@code -XX:MaxDirectMemorySize}, else as much as the heap.
     */
    public static long limitBytes() {
        return PlatformDependent.maxDirectMemory();
    }

    /** What {@code buffer} keeps from being freed: all of the buffer that it is a part of. */
    public static int pinnedBytes(ByteBuf buffer) {
        ByteBuf whole = buffer;
        for (ByteBuf next = whole.unwrap(); next != null; next = whole.unwrap()) {
            whole = next;
        }
        return whole.capacity();
    }
}
