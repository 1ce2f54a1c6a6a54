package dev.culvert.tunnel;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.Quoted;
import dev.culvert.tunnel.TunnelRefusal.Code;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The side that opens a connection for a tunnel: sends the {@code tunnel}, reads the answer, and
 * makes the connection a tunnel. Ignores every other frame, for a guest greets each connection with
 * a heartbeat. Tells its listener once. Confined to the event loop.
 */
public final class TunnelOpening extends ChannelInboundHandlerAdapter {
    /** Answers on a connection of its own need no id to be told apart. */
    private static final String ID = "tunnel";

    private final TunnelRequest request;
    private final Duration patience;
    private final StreamLimits limits;
    private final RecordHandler records;
    private final TunnelListener listener;
    private @Nullable Future<?> deadline;
    private boolean over;

    /**
     * Sends nothing before the connection is active.
     *
     * @param patience from then until the answer
     */
    public TunnelOpening(
            TunnelRequest request,
            Duration patience,
            StreamLimits limits,
            RecordHandler records,
            TunnelListener listener) {
        this.request = request;
        this.patience = patience;
        this.limits = limits;
        this.records = records;
        this.listener = listener;
    }

    /** Adds it and the stations of frames after those that carry the bytes. */
    public void addTo(Channel channel) {
        TunnelStations.begin(channel, this);
    }

    /** The pipeline of a connection that is dialled only for this. */
    public ChannelHandler pipeline() {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                addTo(channel);
            }
        };
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var _ = context.writeAndFlush(request.frame(ID), context.voidPromise());
        deadline =
                context.executor()
                        .schedule(() -> expire(context), patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void expire(ChannelHandlerContext context) {
        refuse(
                context,
                Code.TIMEOUT.because(
                        "There was no answer within " + patience.toMillis() / 1000.0 + " s."));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        try {
            if (frame.type() == FrameType.TUNNELLED && !over) {
                onAnswer(context, TunnelAnswer.read(frame));
            }
        } catch (BadTunnelException e) {
            refuse(context, Code.FAILED.because("The answer is wrong: " + e.getMessage() + "."));
        } finally {
            frame.release();
        }
    }

    private void onAnswer(ChannelHandlerContext context, TunnelAnswer answer) {
        switch (answer) {
            case TunnelAnswer.Open() -> {
                end();
                TunnelStations.open(context.channel(), this, limits, records, listener);
            }
            case TunnelAnswer.Refused(TunnelRefusal refusal) -> refuse(context, refusal);
            case TunnelAnswer.Ticket _ ->
                    refuse(context, Code.FAILED.because("The answer is a ticket."));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        refuse(
                context,
                Code.FAILED.because("The connection broke: " + Quoted.message(cause) + "."));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        refuse(context, Code.FAILED.because("The other side closed the connection."));
    }

    /** The connection cannot be used, for that reason; called on its event loop. */
    public void failed(String why) {
        fail(Code.FAILED.because("There is no connection to the other side: " + why + "."));
    }

    /** There is no connection, and will be none. Called on the event loop that would have it. */
    public void fail(TunnelRefusal refusal) {
        if (!over) {
            end();
            listener.onRefused(refusal);
        }
    }

    private void refuse(ChannelHandlerContext context, TunnelRefusal refusal) {
        if (!over) {
            context.close();
            fail(refusal);
        }
    }

    private void end() {
        over = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }
}
