package dev.culvert.io;

import io.netty.buffer.ByteBuf;

/** The memory outside the heap, which holds the network buffers. */
public final class DirectMemory {
    private static final String LIMIT = "io.netty.maxDirectMemory";

    private DirectMemory() {}

    /**
     * How much of it all network buffers together may take: {@code io.netty.maxDirectMemory}, or
     * else seven eighths of the heap's size, which is the JVM's own limit.
     */
    /* Netty is not asked: loading it makes the first logger, and slf4j-simple then reads the log level. */
    public static long limitBytes() {
        long told = Long.getLong(LIMIT, 0);
        return told > 0 ? told : Runtime.getRuntime().maxMemory() / 8 * 7;
    }

    /**
     * Makes Netty keep to {@link #limitBytes}; call it before Netty is loaded. At Netty's limit an
     * allocation fails at once; at the JVM's it stops its thread for half a second.
     */
    public static void limit() {
        System.setProperty(LIMIT, String.valueOf(limitBytes()));
    }

    /**
     * How many bytes {@code buffer} keeps from being freed: the whole buffer that it is part of.
     */
    public static int pinnedBytes(ByteBuf buffer) {
        ByteBuf whole = buffer;
        for (ByteBuf next = whole.unwrap(); next != null; next = whole.unwrap()) {
            whole = next;
        }
        return whole.capacity();
    }
}
