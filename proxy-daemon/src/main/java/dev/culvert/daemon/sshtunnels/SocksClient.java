package dev.culvert.daemon.sshtunnels;

import dev.culvert.transport.AgentAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks ssh over SOCKS5 to connect somewhere. Passes on what follows. Confined to its event loop.
 */
final class SocksClient extends ChannelInboundHandlerAdapter {
    private static final int FAILURE = 1;
    private static final int ADDRESS_TYPE = 3;
    private static final int IPV4_BYTES = 10;
    private static final int IPV6_BYTES = 22;
    private static final int NAME_BYTES = 7;

    private enum Step {
        GREETED,
        ASKED,
        OVER
    }

    private final AgentAddress.Tcp target;
    private ByteBuf said = Unpooled.EMPTY_BUFFER;
    private Step step = Step.GREETED;
    private @Nullable IntConsumer end;

    SocksClient(AgentAddress.Tcp target) {
        this.target = target;
    }

    /**
     * Begins. Called on the channel's loop.
     *
     * @param onEnd gets the code of the answer, 0 if it is connected
     */
    void begin(Channel channel, IntConsumer onEnd) {
        end = onEnd;
        channel.writeAndFlush(Unpooled.wrappedBuffer(Socks.GREETING));
        channel.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (step == Step.OVER) {
            context.fireChannelRead(message);
            return;
        }
        said = Unpooled.wrappedBuffer(said, (ByteBuf) message);
        if (step == Step.GREETED && said.readableBytes() >= Socks.GREETED.length) {
            if (said.readByte() != Socks.GREETED[0] || said.readByte() != Socks.GREETED[1]) {
                finish(context, FAILURE);
                return;
            }
            step = Step.ASKED;
            context.writeAndFlush(
                    Unpooled.wrappedBuffer(Socks.connect(target.host(), target.port())));
        }
        if (step == Step.ASKED && isWhole()) {
            int code = said.getByte(said.readerIndex() + 1);
            said.skipBytes(length());
            finish(context, code);
        } else {
            context.read();
        }
    }

    private boolean isWhole() {
        return said.readableBytes() > ADDRESS_TYPE + 1 && said.readableBytes() >= length();
    }

    private int length() {
        int start = said.readerIndex();
        return switch (said.getByte(start + ADDRESS_TYPE)) {
            case 3 -> NAME_BYTES + said.getUnsignedByte(start + ADDRESS_TYPE + 1);
            case 4 -> IPV6_BYTES;
            default -> IPV4_BYTES;
        };
    }

    private void finish(ChannelHandlerContext context, int code) {
        step = Step.OVER;
        ByteBuf rest = said;
        said = Unpooled.EMPTY_BUFFER;
        if (rest.isReadable()) {
            context.fireChannelRead(rest);
        } else {
            rest.release();
        }
        IntConsumer told = end;
        if (told != null) {
            end = null;
            told.accept(code);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (step != Step.OVER) {
            finish(context, FAILURE);
        }
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        said.release();
        said = Unpooled.EMPTY_BUFFER;
    }
}
