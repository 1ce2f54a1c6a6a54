package dev.culvert.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages of a WebSocket on one side, bytes with their lengths on the other. */
class WebSocketMessagesTest {
    private static final int MOST = 1_000;

    private final List<Throwable> caught = new ArrayList<>();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new WebSocketMessages(MOST), last());

    private ChannelInboundHandlerAdapter last() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                caught.add(cause);
                context.close();
            }
        };
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    private static ByteBuf framed(String text) {
        return Unpooled.buffer().writeInt(text.length()).writeBytes(text(text));
    }

    /** What the handlers after it read next: the length and the text after it. */
    private String read(EmbeddedChannel from) {
        ByteBuf bytes = from.readInbound();
        try {
            return bytes.readInt() + ":" + bytes.toString(UTF_8);
        } finally {
            bytes.release();
        }
    }

    @Test
    void aMessageBecomesBytesWithTheirLength() {
        channel.writeInbound(new TextWebSocketFrame("{\"type\":\"ping\"}"));
        channel.writeInbound(new BinaryWebSocketFrame(text("{}")));

        assertThat(read(channel)).isEqualTo("15:{\"type\":\"ping\"}");
        assertThat(read(channel)).isEqualTo("2:{}");
    }

    @Test
    void aFragmentedMessageIsJoined() {
        channel.writeInbound(new TextWebSocketFrame(false, 0, text("{\"a\"")));
        assertThat(channel.inboundMessages()).isEmpty();
        channel.writeInbound(new ContinuationWebSocketFrame(false, 0, text(":")));
        channel.writeInbound(new ContinuationWebSocketFrame(true, 0, text("1}")));

        assertThat(read(channel)).isEqualTo("7:{\"a\":1}");
    }

    @Test
    void aMessageThatIsTooLongInPiecesClosesTheConnection() {
        channel.writeInbound(new TextWebSocketFrame(false, 0, text("x".repeat(MOST))));
        channel.writeInbound(new ContinuationWebSocketFrame(true, 0, text("x")));

        assertThat(caught).singleElement().isInstanceOf(IOException.class);
        assertThat(caught.getFirst()).hasMessageContaining("more than 1000 bytes");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void bytesBecomeMessagesWhereverTheirTextIsCut() {
        ByteBuf all =
                Unpooled.wrappedBuffer(framed("{\"a\":1}"), framed("{}"), framed("{\"b\":22}"));
        channel.writeOutbound(all.readRetainedSlice(4 + 3));
        channel.writeOutbound(all.readRetainedSlice(4 + 4 + 2 + 4 + 1));
        channel.writeOutbound(all);

        List<String> messages = new ArrayList<>();
        StringBuilder message = new StringBuilder();
        for (WebSocketFrame frame = channel.readOutbound();
                frame != null;
                frame = channel.readOutbound()) {
            assertThat(frame)
                    .isInstanceOf(
                            message.isEmpty()
                                    ? TextWebSocketFrame.class
                                    : ContinuationWebSocketFrame.class);
            message.append(frame.content().toString(UTF_8));
            if (frame.isFinalFragment()) {
                messages.add(message.toString());
                message.setLength(0);
            }
            frame.release();
        }
        assertThat(messages).containsExactly("{\"a\":1}", "{}", "{\"b\":22}");
    }

    @Test
    void aPingIsAnsweredAndAClosureToo() {
        channel.writeInbound(new PingWebSocketFrame(text("hi")));
        PongWebSocketFrame pong = channel.readOutbound();
        assertThat(pong.content().toString(UTF_8)).isEqualTo("hi");
        pong.release();

        channel.writeInbound(new CloseWebSocketFrame(1000, "bye"));
        CloseWebSocketFrame close = channel.readOutbound();
        assertThat(close.statusCode()).isEqualTo(1000);
        close.release();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aServerTakesMaskedFramesOnly() {
        EmbeddedChannel server = new EmbeddedChannel();
        WebSocketMessages.addServer(server, MOST);
        server.pipeline().addLast(last());
        server.writeInbound(encoded(new TextWebSocketFrame("{}"), true));
        assertThat(read(server)).isEqualTo("2:{}");

        server.writeInbound(encoded(new TextWebSocketFrame("{}"), false));

        assertThat(caught).singleElement().isInstanceOf(IOException.class);
        assertThat(caught.getFirst()).hasMessageStartingWith("what came is no WebSocket: ");
        server.finishAndReleaseAll();
    }

    private static ByteBuf encoded(WebSocketFrame frame, boolean masked) {
        EmbeddedChannel encoder = new EmbeddedChannel(new WebSocket13FrameEncoder(masked));
        encoder.writeOutbound(frame);
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf part = encoder.readOutbound(); part != null; part = encoder.readOutbound()) {
            all.writeBytes(part);
            part.release();
        }
        encoder.finishAndReleaseAll();
        return all;
    }

    @Test
    void aServerSaysByACodeWhyItClosesTheConnection() {
        assertThat(codeAfter(encoded(new TextWebSocketFrame("{}"), false))).isEqualTo(1002);
        assertThat(codeAfter(encoded(new TextWebSocketFrame("x".repeat(MOST + 1)), true)))
                .isEqualTo(1009);
        assertThat(
                        codeAfter(
                                encoded(
                                        new TextWebSocketFrame(false, 0, text("x".repeat(MOST))),
                                        true),
                                encoded(new ContinuationWebSocketFrame(true, 0, text("x")), true)))
                .isEqualTo(1009);
    }

    /** The code of the close frame that the server sends. */
    private int codeAfter(ByteBuf... sent) {
        EmbeddedChannel server = new EmbeddedChannel();
        WebSocketMessages.addServer(server, MOST);
        server.pipeline().addLast(last());
        for (ByteBuf bytes : sent) {
            server.writeInbound(bytes);
        }
        assertThat(server.isOpen()).isFalse();
        ByteBuf close = Unpooled.buffer();
        for (ByteBuf part = server.readOutbound(); part != null; part = server.readOutbound()) {
            close.writeBytes(part);
            part.release();
        }
        server.finishAndReleaseAll();
        assertThat(close.readUnsignedByte()).as("a close frame").isEqualTo((short) 0x88);
        return close.skipBytes(1).readUnsignedShort();
    }
}
