package dev.culvert.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;

/**
 * Records at the socket's side, plain bytes at the other (tunnels.md). Passes on what has come of a
 * record without waiting for the rest. Confined to the event loop.
 */
/* After both directions have ended, the host closes the connection and the guest waits for that. If a
 * guest closed it, a VM's monitor might throw away what the host has not read: Firecracker does so
 * after two seconds. In the other direction the host's kernel keeps what is unread. */
public final class RecordHandler extends ChannelDuplexHandler {
    /** The most bytes of one record that comes. */
    public static final int MOST_BYTES = 4 << 20;

    /** The most bytes of one that is sent, so that it fits a message of a WebSocket. */
    private static final int MOST_SENT_BYTES = 1 << 20;

    /** Counts the bytes that a tunnel carries, without those of headers. */
    public interface Counter {
        Counter NONE = new Counter() {};

        /** From the other side. */
        default void onReceived(int bytes) {}

        /** To the other side. */
        default void onSent(int bytes) {}
    }

    /** The side of the connection on which the handler is. */
    public enum Side {
        HOST,
        GUEST
    }

    private final Side side;
    private final Counter counter;

    /** How much of the record that comes is still to come. */
    private int missing;

    /** The bytes of a header that have come, if it came in pieces. */
    private int header;

    private int headerBytes;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean endSent;

    public RecordHandler(Side side, Counter counter) {
        this.side = side;
        this.counter = counter;
    }

    /** Takes ownership of {@code message}. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message)
            throws BadRecordException {
        ByteBuf in = (ByteBuf) message;
        boolean passed = false;
        try {
            while (in.isReadable()) {
                if (missing == 0 && !readHeader(in)) {
                    return;
                }
                if (missing == 0) {
                    end(context);
                } else if (in.isReadable()) {
                    int bytes = Math.min(missing, in.readableBytes());
                    missing -= bytes;
                    counter.onReceived(bytes);
                    if (bytes == in.readableBytes()) {
                        passed = true;
                        context.fireChannelRead(in);
                        return;
                    }
                    context.fireChannelRead(in.readRetainedSlice(bytes));
                }
            }
        } finally {
            if (!passed) {
                in.release();
            }
        }
    }

    /** Whether the header has come whole. */
    private boolean readHeader(ByteBuf in) throws BadRecordException {
        if (inputEnded) {
            throw new BadRecordException("bytes came after the record that ends them");
        }
        if (headerBytes == 0 && in.readableBytes() >= Integer.BYTES) {
            header = in.readInt();
        } else {
            while (headerBytes < Integer.BYTES && in.isReadable()) {
                header = header << Byte.SIZE | in.readUnsignedByte();
                headerBytes++;
            }
            if (headerBytes < Integer.BYTES) {
                return false;
            }
            headerBytes = 0;
        }
        if (header < 0 || header > MOST_BYTES) {
            throw new BadRecordException(
                    "a record of %s bytes, at most %d are allowed"
                            .formatted(Integer.toUnsignedString(header), MOST_BYTES));
        }
        missing = header;
        return true;
    }

    private void end(ChannelHandlerContext context) {
        inputEnded = true;
        context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        closeAfterBoth(context);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes && bytes.isReadable()) {
            if (outputEnded) {
                bytes.release();
                promise.tryFailure(new ClosedChannelException());
            } else {
                write(context, bytes, promise);
            }
        } else if (message == StreamEnd.MARK) {
            writeEnd(context, promise);
        } else {
            context.write(message, promise);
        }
    }

    private void write(ChannelHandlerContext context, ByteBuf bytes, ChannelPromise promise) {
        counter.onSent(bytes.readableBytes());
        try {
            while (bytes.readableBytes() > MOST_SENT_BYTES) {
                writeHeader(context, MOST_SENT_BYTES);
                context.write(bytes.readRetainedSlice(MOST_SENT_BYTES), context.voidPromise());
            }
            writeHeader(context, bytes.readableBytes());
        } catch (Throwable e) {
            ReferenceCountUtil.safeRelease(bytes);
            promise.tryFailure(e);
            return;
        }
        context.write(bytes, promise); // one writev sends both, for the socket gathers
    }

    private static void writeHeader(ChannelHandlerContext context, int bytes) {
        context.write(
                context.alloc().directBuffer(Integer.BYTES, Integer.BYTES).writeInt(bytes),
                context.voidPromise());
    }

    private void writeEnd(ChannelHandlerContext context, ChannelPromise promise) {
        if (outputEnded) {
            promise.trySuccess();
            return;
        }
        outputEnded = true;
        ChannelPromise sent = promise.isVoid() ? context.newPromise() : promise;
        sent.addListener(it -> {
            endSent = it.isSuccess();
            closeAfterBoth(context);
        });
        context.write(context.alloc().directBuffer(Integer.BYTES, Integer.BYTES).writeInt(0), sent);
    }

    private void closeAfterBoth(ChannelHandlerContext context) {
        if (side == Side.HOST && inputEnded && endSent) {
            context.close();
        }
    }

    /** Whether the other side has ended its bytes. */
    public boolean isInputEnded() {
        return inputEnded;
    }
}
