package dev.culvert.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.BadFrameException;
import dev.culvert.frame.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors of WebSockets, for a side of a link that receives them. */
public interface WebSocketContract {
    /** Follows the handler of frames, and passes on only what ends the connection. */
    final class Seen extends ChannelInboundHandlerAdapter {
        private final List<String> frames = new ArrayList<>();
        private final List<Throwable> errors = new ArrayList<>();

        @Override
        public void channelActive(ChannelHandlerContext context) {
            // what follows would begin to speak
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Frame frame = (Frame) message;
            frames.add(frame.type().wireName() + " " + frame.id());
            frame.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            errors.add(cause);
            context.fireExceptionCaught(cause);
        }
    }

    /** A connection that has become a WebSocket, with all its handlers, {@code seen} among them. */
    EmbeddedChannel open(Seen seen) throws Exception;

    /** Whether the other side of the connection is the guest. */
    boolean isHost();

    @ParameterizedTest
    @MethodSource("dev.culvert.testing.WebSocketVector#all")
    default void receives(WebSocketVector vector) throws Exception {
        play(vector, Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testing.WebSocketVector#small")
    default void receivesOneByteAtATime(WebSocketVector vector) throws Exception {
        play(vector, 1);
    }

    private void play(WebSocketVector vector, int step) throws Exception {
        Seen seen = new Seen();
        EmbeddedChannel channel = open(seen);
        try {
            byte[] bytes = vector.bytes(isHost());
            for (int at = 0; at < bytes.length && channel.isOpen(); at += step) {
                int length = Math.min(step, bytes.length - at);
                channel.writeInbound(channel.alloc().directBuffer().writeBytes(bytes, at, length));
            }
            channel.runPendingTasks();

            assertThat(seen.frames).isEqualTo(vector.frames());
            List<String> sent = sent(channel);
            if (!vector.ends().isEmpty() && !vector.ends().equals("closed")) {
                sent.removeIf(it -> it.startsWith("close ")); // may come, or not
            }
            assertThat(sent).as(vector.toString()).isEqualTo(vector.sends());
            assertThat(channel.isOpen()).as(vector.toString()).isEqualTo(vector.ends().isEmpty());
            assertEnd(vector.ends(), seen.errors);
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private static void assertEnd(String ends, List<Throwable> errors) {
        if (ends.isEmpty() || ends.equals("closed")) {
            assertThat(errors).isEmpty();
            return;
        }
        assertThat(errors).isNotEmpty();
        switch (errors.getFirst()) {
            case BadFrameException bad -> assertThat(bad.reason().wireName()).isEqualTo(ends);
            case IOException e -> {
                assertThat(ends).isIn("websocket", "length_exceeded");
                assertThat(e).hasMessageContaining("WebSocket");
            }
            default -> throw new AssertionError(errors.getFirst());
        }
    }

    private List<String> sent(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (Object part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            if (part
                    instanceof
                    ByteBuf bytes) { // Netty's client does not encode a close frame of its decoder
                all.writeBytes(bytes);
            }
            ReferenceCountUtil.release(part);
        }
        List<String> sent = new ArrayList<>();
        while (all.isReadable()) {
            int opcode = all.readByte() & 15;
            int length = all.readByte();
            assertThat(length < 0).as("masked").isEqualTo(!isHost());
            byte[] mask = new byte[4];
            if (length < 0) {
                all.readBytes(mask);
            }
            byte[] content = new byte[length & 127];
            all.readBytes(content);
            for (int i = 0; i < content.length; i++) {
                content[i] ^= mask[i % mask.length];
            }
            sent.add(new WebSocketVector.Fragment(opcode, content).toString());
        }
        return sent;
    }
}
