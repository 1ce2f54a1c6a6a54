package dev.culvert.frame;

import static dev.culvert.frame.BadFrameException.Reason.LENGTH_EXCEEDED;
import static dev.culvert.frame.BadFrameException.Reason.LENGTH_ZERO;
import static dev.culvert.frame.BadFrameException.Reason.TRUNCATED;

import dev.culvert.io.NextRound;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the stream at its length headers: bytes in, {@link Frame}s out, owned by the next handler.
 * After bytes that are not a frame it discards everything: nothing that follows means anything.
 */
public final class FrameDecoder extends ByteToMessageDecoder {
    /** How much more than has come a frame may be given room for. */
    private static final int GROWTH = 4;

    private final EnvelopeReader reader;
    private final int limit;

    /** Length of the frame that is arriving, with its header; 0 between two frames. */
    private int wanted;

    private final FairReading.@Nullable Slice slice;

    /** Whether it waits for its next slice; meanwhile nothing is read from the socket. */
    private boolean waits;

    private long restNanos;

    /** Whether the stream has ended: what is left will get no other slice. */
    private boolean ended;

    private boolean broken;

    /** Decodes all that has arrived at once, whoever else waits. */
    public FrameDecoder(FrameLimits limits) {
        this(limits, null);
    }

    /**
     * @param reading that of the channel's event loop
     */
    public FrameDecoder(FrameLimits limits, @Nullable FairReading reading) {
        slice = reading == null ? null : reading.slice();
        reader = new EnvelopeReader(limits);
        limit = limits.frameBytes();
        setCumulator(this::join);
    }

    /**
     * Takes ownership of both, and gives what holds them together. A large frame gets its room in a
     * few steps: not at once, for its length is only what the peer says.
     */
    private ByteBuf join(ByteBufAllocator buffers, ByteBuf held, ByteBuf next) {
        if (!held.isReadable()) {
            held.release();
            return next;
        }
        if (!next.isReadable()) {
            next.release();
            return held;
        }
        try {
            int bytes = held.readableBytes() + next.readableBytes();
            if (held.refCnt() > 1
                    || held.isReadOnly()
                    || held.writableBytes() < next.readableBytes()) {
                int room = (int) Math.max(bytes, Math.min(wanted, (long) GROWTH * bytes));
                ByteBuf larger = buffers.ioBuffer(room);
                copy(held, larger);
                held.release();
                copy(next, larger);
                return larger;
            }
            copy(next, held);
            return held;
        } finally {
            next.release();
        }
    }

    /** Bytes of memory that it keeps for a frame that has not arrived whole. */
    public int heldBytes() {
        return internalBuffer().capacity();
    }

    private static void copy(ByteBuf from, ByteBuf to) {
        to.writeBytes(from, from.readerIndex(), from.readableBytes());
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (wanted == 0) {
            if (in.readableBytes() < Integer.BYTES) {
                return;
            }
            wanted = Integer.BYTES + length(in);
        }
        if (in.readableBytes() < wanted) {
            return;
        }
        if (slice != null) {
            if ((waits || restNanos > 0 || slice.isOver(wanted)) && !ended) {
                awaitSlice(context);
                return;
            }
            slice.took(wanted, context.executor());
        }
        int begin = in.readerIndex() + Integer.BYTES;
        int end = in.readerIndex() + wanted;
        wanted = 0;
        try {
            out.add(reader.read(in, begin, end - begin));
            in.readerIndex(end);
        } catch (BadFrameException bad) {
            throw stop(in, bad);
        }
    }

    private void awaitSlice(ChannelHandlerContext context) {
        if (!waits) {
            waits = true;
            context.channel().config().setAutoRead(false);
            Runnable next = () -> takeSlice(context);
            if (restNanos > 0) {
                context.executor().schedule(next, restNanos, TimeUnit.NANOSECONDS);
                restNanos = 0;
            } else {
                NextRound.run(context.executor(), next);
            }
        }
    }

    /**
     * Decodes no further frame, and does not read the socket, for so long from the next frame on.
     * Only a decoder that shares its event loop fairly can rest.
     */
    public void rest(long nanos) {
        restNanos = nanos;
    }

    private void takeSlice(ChannelHandlerContext context) {
        waits = false;
        if (context.isRemoved() || ended) {
            return;
        }
        endSlice();
        try {
            channelRead(context, Unpooled.EMPTY_BUFFER);
            channelReadComplete(context);
        } catch (Exception e) {
            context.fireExceptionCaught(e);
        }
        if (!waits) {
            context.channel().config().setAutoRead(true);
        }
    }

    private void endSlice() {
        if (slice != null) {
            slice.end();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (waits) {
            context.fireChannelReadComplete(); // the superclass would read more
        } else {
            endSlice();
            super.channelReadComplete(context);
        }
    }

    /** Checked before any room is made for the frame. */
    private int length(ByteBuf in) {
        long length = in.getUnsignedInt(in.readerIndex());
        if (length == 0) {
            throw stop(in, new BadFrameException(LENGTH_ZERO, "a frame has at least one byte"));
        }
        if (length > limit) {
            throw stop(
                    in,
                    new BadFrameException(
                            LENGTH_EXCEEDED,
                            "a frame of " + length + " bytes, at most " + limit + " are allowed"));
        }
        return (int) length;
    }

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws Exception {
        ended = true;
        int before;
        do {
            before = in.readableBytes();
            super.decodeLast(context, in, out);
        } while (in.isReadable() && in.readableBytes() < before);
        if (in.isReadable() && !broken) {
            int left = in.readableBytes();
            // Not thrown: that would reach the pipeline only after channelInactive.
            context.fireExceptionCaught(
                    stop(
                            in,
                            new BadFrameException(
                                    TRUNCATED,
                                    "the stream ended " + left + " bytes into a frame")));
        }
    }

    private BadFrameException stop(ByteBuf in, BadFrameException bad) {
        broken = true;
        in.skipBytes(in.readableBytes());
        return bad;
    }
}
