package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameDecoder;
import dev.culvert.frame.FrameEncoder;
import dev.culvert.frame.FrameLimits;
import dev.culvert.frame.FrameType;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A host with a link of its own to a guest, which asks for one answer and joins its chunks. */
final class AnswerReader extends ChannelInboundHandlerAdapter {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PIECE_BYTES = 1024;

    private final boolean slow;
    private final Future<Channel> link;
    private final StringBuilder text = new StringBuilder(); // the loop's, as the number is
    private int chunks;
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    private AnswerReader(EventLoops loops, AgentAddress guest, boolean slow) {
        this.slow = slow;
        link =
                loops.transport()
                        .dial(
                                loops.next(),
                                guest,
                                PATIENCE,
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(new FrameDecoder(FrameLimits.DEFAULTS))
                                                .addLast(new FrameEncoder())
                                                .addLast(AnswerReader.this);
                                    }
                                });
    }

    /** Does not wait until the link is there. */
    static AnswerReader dial(EventLoops loops, AgentAddress guest) {
        return new AnswerReader(loops, guest, false);
    }

    /**
     * One that lets everything on the way fill up, and only then begins to read in small pieces.
     */
    static AnswerReader dialSlow(EventLoops loops, AgentAddress guest) {
        return new AnswerReader(loops, guest, true);
    }

    /**
     * Begins a turn.
     *
     * @param turn an id that no other turn of the guest has
     */
    void ask(String turn, String words) {
        ByteBuf payload = Unpooled.copiedBuffer(ShippedDaemon.message(words), UTF_8);
        var _ = channel().writeAndFlush(new Frame(FrameType.MESSAGE, turn, payload));
    }

    String answer() {
        return answer.orTimeout(PATIENCE.toSeconds(), SECONDS).join();
    }

    /** How many the answer came in, once it is there. */
    int chunks() {
        return chunks;
    }

    boolean isOpen() {
        return channel().isActive();
    }

    private Channel channel() {
        return link.syncUninterruptibly().getNow();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (slow) {
            context.channel()
                    .config()
                    .setAutoRead(false)
                    .setRecvByteBufAllocator(
                            new FixedRecvByteBufAllocator(PIECE_BYTES).maxMessagesPerRead(1));
            var _ = context.executor().schedule(context::read, 2, SECONDS);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (slow) {
            var _ = context.executor().schedule(context::read, 1, MILLISECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        String payload = frame.payload().toString(UTF_8);
        frame.release();
        if (frame.type() == FrameType.CHUNK) {
            chunks++;
            text.append(EventReader.content(payload));
            if (payload.contains("\"done\":true")) {
                answer.complete(text.toString());
            }
        } else if (frame.type() != FrameType.HEARTBEAT) {
            answer.completeExceptionally(new AssertionError(payload));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        answer.completeExceptionally(new AssertionError("the link was closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        answer.completeExceptionally(cause);
    }
}
