package dev.culvert.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Between a WebSocket, each message of which is the JSON of one frame, and handlers that read and
 * write frames as bytes with their length before them (dial-in.md). Confined to the event loop.
 *
 * <pre>
 *   socket ↔ decoder, encoder of WebSocket ↔ WebSocketMessages ↔ FrameDecoder, FrameEncoder
 * </pre>
 */
public final class WebSocketMessages extends ChannelDuplexHandler {
    private final int maxBytes;
    private final @Nullable Decoder decoder;

    /** The fragments of a message that has not come whole, after room for its length. */
    private @Nullable ByteBuf partial;

    /** How much of the frame that is being written is still to come. */
    private int unwritten;

    /**
     * Follows the codec of a client.
     *
     * @param maxBytes of one message
     */
    public WebSocketMessages(int maxBytes) {
        this(maxBytes, null);
    }

    private WebSocketMessages(int maxBytes, @Nullable Decoder decoder) {
        this.maxBytes = maxBytes;
        this.decoder = decoder;
    }

    /**
     * Adds Netty's codec for the server's side, and these.
     *
     * @param maxBytes of one message
     */
    public static void addServer(Channel channel, int maxBytes) {
        Decoder decoder = new Decoder(maxBytes);
        channel.pipeline()
                .addLast("websocket-encoder", new WebSocket13FrameEncoder(false)) // for the decoder
                .addLast("websocket-decoder", decoder)
                .addLast("messages", new WebSocketMessages(maxBytes, decoder));
    }

    /** Knows how much it keeps. What it passes on is checked to be UTF-8 as JSON. */
    private static final class Decoder extends WebSocket13FrameDecoder {
        Decoder(int maxBytes) {
            super(
                    WebSocketDecoderConfig.newBuilder()
                            .expectMaskedFrames(true)
                            .allowMaskMismatch(false)
                            .allowExtensions(false)
                            .maxFramePayloadLength(maxBytes)
                            .closeOnProtocolViolation(true)
                            .withUTF8Validator(false)
                            .build());
        }

        int heldBytes() {
            return internalBuffer().capacity();
        }
    }

    /** Bytes of messages that have not come whole. */
    public int heldBytes() {
        int fragments = partial == null ? 0 : partial.capacity();
        return decoder == null ? fragments : fragments + decoder.heldBytes();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
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
            default -> {
                try {
                    add(context, frame);
                } finally {
                    frame.release();
                }
            }
        }
    }

    private void add(ChannelHandlerContext context, WebSocketFrame frame) throws IOException {
        ByteBuf content = frame.content();
        int before = partial == null ? 0 : partial.readableBytes() - Integer.BYTES;
        int bytes = before + content.readableBytes();
        if (bytes > maxBytes) {
            context.writeAndFlush(
                    new CloseWebSocketFrame(WebSocketCloseStatus.MESSAGE_TOO_BIG),
                    context.voidPromise());
            throw new IOException(
                    "a WebSocket message of more than "
                            + maxBytes
                            + " bytes, the most there may be");
        }
        ByteBuf whole = partial;
        if (whole == null) {
            whole = context.alloc().ioBuffer(Integer.BYTES + bytes).writeInt(0);
        }
        whole.writeBytes(content);
        if (frame.isFinalFragment()) {
            partial = null;
            whole.setInt(whole.readerIndex(), bytes);
            context.fireChannelRead(whole);
        } else {
            partial = whole;
        }
    }

    /** Takes ownership of {@code message}; each frame in it becomes one message. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
            context.write(message, promise);
            return;
        }
        try {
            while (bytes.isReadable()) {
                boolean begins = unwritten == 0;
                if (begins) {
                    unwritten = bytes.readInt(); // the encoder never splits it
                }
                int length = Math.min(unwritten, bytes.readableBytes());
                unwritten -= length;
                ByteBuf piece = bytes.readRetainedSlice(length);
                boolean ends = unwritten == 0;
                WebSocketFrame frame =
                        begins
                                ? new TextWebSocketFrame(ends, 0, piece)
                                : new ContinuationWebSocketFrame(ends, 0, piece);
                context.write(frame, bytes.isReadable() ? context.voidPromise() : promise);
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.fireExceptionCaught(
                cause instanceof CorruptedWebSocketFrameException
                        ? new IOException("what came is no WebSocket: " + cause.getMessage(), cause)
                        : cause);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }
}
