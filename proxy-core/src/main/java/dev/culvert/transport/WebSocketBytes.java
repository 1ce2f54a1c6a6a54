package dev.culvert.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.jspecify.annotations.Nullable;

/**
 * Between a WebSocket, the messages of which are pieces of one stream of bytes, and handlers that
 * read and write these bytes (tunnels.md). Takes the place of {@link WebSocketMessages}. Confined
 * to the event loop.
 */
public final class WebSocketBytes extends ChannelDuplexHandler {
    /** What is as small as a header goes into the message of what follows it. */
    private static final int SMALL_BYTES = 16;

    private @Nullable ByteBuf small;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof WebSocketFrame frame)) {
            context.fireChannelRead(message);
            return;
        }
        switch (frame) {
            case PingWebSocketFrame ping ->
                    context.writeAndFlush(
                            new PongWebSocketFrame(ping.content()), context.voidPromise());
            case PongWebSocketFrame pong -> pong.release();
            case CloseWebSocketFrame close ->
                    context.writeAndFlush(close).addListener(ChannelFutureListener.CLOSE);
            default -> context.fireChannelRead(frame.content());
        }
    }

    /** Takes ownership of {@code message}. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
            writeSmall(context);
            context.write(message, promise);
        } else if (bytes.readableBytes() <= SMALL_BYTES && promise.isVoid() && small == null) {
            small = bytes;
        } else if (small == null) {
            context.write(new BinaryWebSocketFrame(bytes), promise);
        } else {
            CompositeByteBuf both = context.alloc().compositeDirectBuffer(2);
            both.addComponent(true, small).addComponent(true, bytes);
            small = null;
            context.write(new BinaryWebSocketFrame(both), promise);
        }
    }

    private void writeSmall(ChannelHandlerContext context) {
        ByteBuf waiting = small;
        if (waiting != null) {
            small = null;
            context.write(new BinaryWebSocketFrame(waiting), context.voidPromise());
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        writeSmall(context);
        context.flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (small != null) {
            small.release();
            small = null;
        }
    }
}
