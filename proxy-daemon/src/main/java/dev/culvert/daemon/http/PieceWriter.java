package dev.culvert.daemon.http;

import dev.culvert.io.DirectMemory;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.Share;
import dev.culvert.io.SmallWrites;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/**
 * Writes answers to one channel piece by piece: flushes once for each read burst, or each turn of
 * the loop. Confined to its event loop.
 */
public class PieceWriter {
    /**
     * At most one part in so many of a buffer may be unused bytes; more, and the bytes are copied.
     */
    private static final int MOST_WASTE_PART = 4;

    private final Channel channel;
    private final HeldBytesHandler account;
    private final SmallWrites writes;
    private final Runnable flushLater = this::flushPending;
    private boolean reading;
    private boolean pending;
    private long lastUnsent;

    public PieceWriter(Channel channel, HeldBytesHandler account) {
        this.channel = channel;
        this.account = account;
        writes = new SmallWrites(channel, channel.alloc());
    }

    public final Channel channel() {
        return channel;
    }

    /** From here on the answer to another request is written. */
    public final void beginAnswer() {
        account.countUnsentAlsoFor(null);
        account.endUnsentLate(false);
    }

    /** Charges the bytes that wait for the client to {@code agent}, too. */
    public final void chargeTo(Share agent) {
        account.countUnsentAlsoFor(agent);
    }

    /**
     * Whether the waiting answer is complete: it is then ended after those that are still growing.
     */
    public final void holdsWhole(boolean whole) {
        account.endUnsentLate(whole);
    }

    /** A buffer for the next bytes after all that was written so far; lent until the next call. */
    public final ByteBuf tail(int bytes) {
        flushSoon();
        return writes.tail(bytes);
    }

    /** The same, if a piece of {@code pieceBytes} is written next. */
    public final ByteBuf tail(int bytes, int pieceBytes) {
        flushSoon();
        return writes.tail(bytes, pieceBytes);
    }

    /**
     * Borrows {@code bytes}. For a client that is behind, a part of a larger buffer is copied: it
     * would keep the whole buffer in memory for as long as the client does not read.
     */
    public final void write(ByteBuf bytes) {
        flushSoon();
        if (account.isBehind() && isPartOfALarger(bytes)) {
            ByteBuf copy = channel.alloc().buffer(bytes.readableBytes());
            copy.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
            writes.write(copy);
            copy.release();
        } else {
            writes.write(bytes);
        }
    }

    private static boolean isPartOfALarger(ByteBuf bytes) {
        int length = bytes.readableBytes();
        return DirectMemory.pinnedBytes(bytes) > length + length / MOST_WASTE_PART;
    }

    /** Hands everything written so far to the channel, before something of another kind. */
    protected final void writeOut() {
        pending = false;
        writes.writeOut();
    }

    /** Runs {@code action} after everything written before has been sent. */
    public final void whenSent(Runnable action) {
        writes.writeOut();
        channel.write(Unpooled.EMPTY_BUFFER)
                .addListener(sent -> {
                    if (sent.isSuccess()) {
                        action.run();
                    }
                });
        flushSoon();
    }

    protected final void flushSoon() {
        if (!pending) {
            pending = true;
            if (!reading) {
                channel.eventLoop().execute(flushLater);
            }
        }
    }

    public final void readBegan() {
        reading = true;
    }

    public final void readEnded() {
        reading = false;
        flushPending();
    }

    private void flushPending() {
        if (pending) {
            flush();
        }
    }

    public final void flush() {
        writeOut();
        channel.flush();
    }

    /** Starts to count for {@link #hasSentMore}. */
    public final void watch() {
        lastUnsent = unsentBytes();
    }

    /** Whether the client has taken anything since the last call. */
    public final boolean hasSentMore() {
        long before = lastUnsent;
        lastUnsent = unsentBytes();
        return lastUnsent < before;
    }

    public final long unsentBytes() {
        return account.unsentBytes() + writes.bytes();
    }

    /** The channel is closed. */
    public final void drop() {
        writes.drop();
    }
}
