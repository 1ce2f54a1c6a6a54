package dev.culvert.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Keeps what one channel receives until it has {@code expected} bytes, and notes how it lived. */
final class Inbox extends ChannelInboundHandlerAdapter {
    private final int expected;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream(); // the loop's
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final CompletableFuture<Channel> added = new CompletableFuture<>();
    private final CompletableFuture<Channel> active = new CompletableFuture<>();
    private final CompletableFuture<Channel> closed = new CompletableFuture<>();

    Inbox(int expected) {
        this.expected = expected;
    }

    byte[] bytes() {
        return within(whole);
    }

    Channel added() {
        return within(added);
    }

    Channel active() {
        return within(active);
    }

    boolean wasActive() {
        return active.isDone();
    }

    Channel closed() {
        return within(closed);
    }

    private static <T> T within(CompletableFuture<T> future) {
        return future.orTimeout(TransportContract.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        added.complete(ctx.channel());
        ctx.channel().closeFuture().addListener(_ -> closed.complete(ctx.channel()));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        active.complete(ctx.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        received.writeBytes(ByteBufUtil.getBytes(bytes));
        bytes.release();
        if (received.size() >= expected) {
            whole.complete(received.toByteArray());
        }
    }
}
