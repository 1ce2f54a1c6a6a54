package dev.culvert.transport;

import dev.culvert.transport.AgentAddress.HybridUnix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Promise;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks the VM's monitor for a port ({@code CONNECT <port>}) and reads its answer ({@code OK
 * <number>}). Until then the handlers after this one see nothing of the channel; then this one
 * removes itself. Whoever made the promise closes the channel when it fails.
 */
final class HybridHandshake extends ChannelInboundHandlerAdapter {
    private static final int MAX_ANSWER_BYTES = 64;
    private static final Pattern OK = Pattern.compile("OK [0-9]{1,10}");

    private final HybridUnix address;
    private final Promise<Channel> dialed;
    private final StringBuilder answer = new StringBuilder();

    HybridHandshake(HybridUnix address, Promise<Channel> dialed) {
        this.address = address;
        this.dialed = dialed;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // One buffer, so one write: Firecracker drops a CONNECT that arrives in pieces.
        String request = "CONNECT " + Integer.toUnsignedString(address.port()) + "\n";
        var _ = ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), request), ctx.voidPromise());
        ctx.read(); // also if the handlers after this one have switched off autoRead
    }

    /** Takes {@code message}: releases it, or passes it on with what follows the answer. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (!readAnswer(bytes)) {
            bytes.release();
            return;
        }
        if (!OK.matcher(answer).matches()) {
            bytes.release();
            fail("the VM's monitor answered \"" + answer + "\"", null);
            return;
        }
        if (!dialed.trySuccess(ctx.channel())) { // too late or cancelled: the channel is closing
            bytes.release();
            return;
        }
        ctx.pipeline().remove(this);
        ctx.fireChannelActive();
        if (bytes.isReadable()) {
            ctx.fireChannelRead(bytes);
        } else {
            bytes.release();
        }
    }

    /**
     * Whether the answer is complete, or too long to be one; leaves what follows it in {@code
     * bytes}.
     */
    private boolean readAnswer(ByteBuf bytes) {
        while (bytes.isReadable() && !dialed.isDone()) {
            char c = (char) bytes.readUnsignedByte();
            if (c == '\n') {
                return true;
            }
            answer.append(c >= ' ' && c <= '~' ? c : '?'); // it may get into a log
            if (answer.length() == MAX_ANSWER_BYTES) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (answer.isEmpty()) {
            dialed.tryFailure(Diagnosis.nobodyListens(address));
        } else {
            fail("the VM's monitor closed after \"" + answer + "\"", null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail("the connection to the VM's monitor broke: " + cause.getMessage(), cause);
    }

    private void fail(String what, @Nullable Throwable cause) {
        String check = ": is this the vsock socket of Firecracker or Cloud Hypervisor?";
        dialed.tryFailure(new DialException(address, what + check, cause));
    }
}
