package dev.culvert.daemon.http.h1;

import dev.culvert.io.DirectMemory;
import dev.culvert.io.HeldBytesHandler;
import dev.culvert.io.LazyTimer;
import dev.culvert.io.Share;
import dev.culvert.io.SmallWrites;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;

/**
 * Writes the answers of one connection: flushes once for each read burst, or each turn of the loop,
 * and closes the channel so that what was written arrives. Confined to its event loop.
 */
final class ResponseWriter {
    /**
     * At most one part in so many of a buffer may be unused bytes; more, and the bytes are copied.
     */
    private static final int MOST_WASTE_PART = 4;

    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Channel channel;
    private final HeldBytesHandler account;
    private final SmallWrites writes;
    private final Runnable flushLater = this::flushPending;
    private boolean reading;
    private boolean pending;
    private long lastUnsent;

    ResponseWriter(Channel channel, HeldBytesHandler account) {
        this.channel = channel;
        this.account = account;
        writes = new SmallWrites(channel, channel.alloc());
    }

    Channel channel() {
        return channel;
    }

    /** From here on the answer to another request is written. */
    void beginAnswer() {
        account.countUnsentAlsoFor(null);
        account.endUnsentLate(false);
    }

    /** Charges the bytes that wait for the client to {@code agent}, too. */
    void chargeTo(Share agent) {
        account.countUnsentAlsoFor(agent);
    }

    /**
     * Whether the waiting answer is complete: it is then ended after those that are still growing.
     */
    void holdsWhole(boolean whole) {
        account.endUnsentLate(whole);
    }

    /** The caller owns it. */
    ByteBuf buffer(int bytes) {
        return channel.alloc().buffer(bytes);
    }

    /** Asks the client for the body that it holds back until then. */
    void askForBody() {
        ByteBufUtil.writeAscii(tail(CONTINUE.length()), CONTINUE);
    }

    /** A buffer for the next bytes after all that was written so far; lent until the next call. */
    ByteBuf tail(int bytes) {
        flushSoon();
        return writes.tail(bytes);
    }

    /** The same, if a piece of {@code pieceBytes} is written next. */
    ByteBuf tail(int bytes, int pieceBytes) {
        flushSoon();
        return writes.tail(bytes, pieceBytes);
    }

    /**
     * Borrows {@code bytes}. For a client that is behind, a part of a larger buffer is copied: it
     * would keep the whole buffer in memory for as long as the client does not read.
     */
    void write(ByteBuf bytes) {
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

    /** Runs {@code action} after everything written before has been sent. */
    void whenSent(Runnable action) {
        writes.writeOut();
        channel.write(Unpooled.EMPTY_BUFFER)
                .addListener(sent -> {
                    if (sent.isSuccess()) {
                        action.run();
                    }
                });
        flushSoon();
    }

    private void flushSoon() {
        if (!pending) {
            pending = true;
            if (!reading) {
                channel.eventLoop().execute(flushLater);
            }
        }
    }

    void readBegan() {
        reading = true;
    }

    void readEnded() {
        reading = false;
        flushPending();
    }

    private void flushPending() {
        if (pending) {
            flush();
        }
    }

    void flush() {
        pending = false;
        writes.writeOut();
        channel.flush();
    }

    /** Starts to count for {@link #hasSentMore}. */
    void watch() {
        lastUnsent = unsentBytes();
    }

    /** Whether the client has taken anything since the last call. */
    boolean hasSentMore() {
        long before = lastUnsent;
        lastUnsent = unsentBytes();
        return lastUnsent < before;
    }

    long unsentBytes() {
        return HeldBytesHandler.unsentBytes(channel) + writes.bytes();
    }

    /**
     * Ends this side after everything is sent or {@code timer} expires, and then reads on for a
     * while: a close with unread bytes resets the connection, and a client that was still sending
     * would lose the answer.
     */
    void end(LazyTimer timer, Duration patience) {
        timer.expireAfter(patience);
        watch();
        pending = false;
        writes.writeOut();
        channel.config().setAutoRead(true);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(sent -> {
                    if (sent.isSuccess() && channel instanceof DuplexChannel duplex) {
                        watch();
                        timer.expireAfter(LINGER);
                        duplex.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                    } else {
                        channel.close();
                    }
                });
    }

    /**
     * Closes after everything written is sent or {@code timer} expires.
     *
     * @param reset if an orderly close would mark the end of the body; a Unix socket has no reset
     */
    void cut(LazyTimer timer, boolean reset) {
        if (reset) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        timer.expireAfter(LINGER);
        watch();
        pending = false;
        writes.writeOut();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /**
     * Closes at once, whatever waits to be sent.
     *
     * @param reset as of {@link #cut}
     */
    void cutNow(boolean reset) {
        if (reset) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }

    /** The channel is closed. */
    void drop() {
        writes.drop();
    }
}
