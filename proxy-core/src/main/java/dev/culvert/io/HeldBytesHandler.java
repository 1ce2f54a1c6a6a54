package dev.culvert.io;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the account how much a channel has read and not passed on, and how much waits to be sent.
 * It is next to the socket, so that it measures after all other handlers of a read or a flush.
 */
public final class HeldBytesHandler extends ChannelDuplexHandler {
    /** Owns the channel. Called on the event loop. */
    public interface Owner {
        /** How much was read and is kept until more comes. */
        long unreadBytes();

        /**
         * How much was written to {@code channel}, flushed or not, and is not sent. A channel that
         * is one stream of many has no queue of its own, so that its owner must count.
         */
        default long unsentBytes(Channel channel) {
            return HeldBytesHandler.unsentBytes(channel);
        }

        /** As {@link Holder#onExcess}, for what is held of {@code kind}. */
        void onExcess(HeldKind kind, Share share);
    }

    private final Channel channel;
    private final Owner owner;
    private final Side incoming;
    private final Side outgoing;
    private boolean awaitsSent;

    /**
     * The channel must be registered.
     *
     * @param incoming the kind of what was read
     * @param outgoing the kind of what waits to be sent
     */
    public HeldBytesHandler(
            Channel channel, Share share, HeldKind incoming, HeldKind outgoing, Owner owner) {
        this.channel = channel;
        this.owner = owner;
        this.incoming = new Side(share, incoming, owner::unreadBytes);
        this.outgoing = new Side(share, outgoing, this::unsentBytes);
    }

    /** What was written to this channel, flushed or not, and is not sent. */
    public long unsentBytes() {
        return owner.unsentBytes(channel);
    }

    /** Bytes that were written, flushed or not, and that the socket has not taken. */
    public static long unsentBytes(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    /** Charges what was read and not passed on to {@code share}, too, from now on. */
    public void countUnreadAlsoFor(Share share) {
        incoming.holding.countAlsoFor(share);
    }

    /** Charges what is unsent to {@code share}, too, from now on; null for nobody. */
    public void countUnsentAlsoFor(@Nullable Share share) {
        outgoing.holding.countAlsoFor(share);
    }

    /** Sets whether holdings that are not much smaller end before what is unsent. */
    public void endUnsentLate(boolean late) {
        outgoing.holding.endLate(late);
    }

    /** Whether the peer had left something unread at the last measurement. */
    public boolean isBehind() {
        return outgoing.holding.isCounted();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        incoming.measure();
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        context.flush();
        measureUnsent(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        outgoing.measure();
        context.fireChannelWritabilityChanged();
    }

    /* If nothing more is written, nothing else tells that the rest was sent. */
    private void measureUnsent(ChannelHandlerContext context) {
        long unsent = outgoing.measured();
        if (unsent >= Account.GRAIN_BYTES && !awaitsSent && channel.isActive()) {
            awaitsSent = true;
            context.write(Unpooled.EMPTY_BUFFER)
                    .addListener(_ -> {
                        awaitsSent = false;
                        measureUnsent(context);
                    });
            context.flush();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        incoming.holding.set(0);
        outgoing.holding.set(0);
    }

    /** One direction. */
    private final class Side implements Holder {
        private final HeldKind kind;
        private final LongSupplier bytes;
        private final Holding holding;

        Side(Share share, HeldKind kind, LongSupplier bytes) {
            this.kind = kind;
            this.bytes = bytes;
            holding = share.open(kind, channel.eventLoop(), this);
        }

        long measured() {
            long now = bytes.getAsLong();
            holding.set(now);
            return now;
        }

        @Override
        public void measure() {
            holding.set(bytes.getAsLong());
        }

        @Override
        public void onExcess(Share share) {
            owner.onExcess(kind, share);
            measure();
        }
    }
}
