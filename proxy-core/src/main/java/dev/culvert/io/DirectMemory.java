package dev.culvert.io;

import io.netty.buffer.ByteBuf;

/** The memory outside the heap, where network buffers are. */
public final class DirectMemory {
    private static final String LIMIT = "io.netty.maxDirectMemory";

    private DirectMemory() {}

    /**
     * How much of it network buffers may take together, as {@code io.netty.maxDirectMemory} says;
     * without that seven eighths of the heap's size, which is the JVM's own limit.
     */
    /* Not asked of Netty: it makes its first logger when it is loaded, and slf4j-simple reads the log level at that. */
    public static long limitBytes() {
        long told = Long.getLong(LIMIT, 0);
        return told > 0 ? told : Runtime.getRuntime().maxMemory() / 8 * 7;
    }

    /**
     * Has Netty keep to {@link #limitBytes}; to be called before Netty is loaded. At Netty's limit
     * an allocation fails at once, at the JVM's it stops its thread for half a second.
     */
    public static void limit() {
        System.setProperty(LIMIT, String.valueOf(limitBytes()));
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
