package dev.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes of a stranger, in whatever pieces they come. Each line of the corpus is what a guest or a
 * host sends, in hexadecimal digits; the first ones are those of the vectors of protocol-spec.
 */
class WebSocketFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/transport/websocket.txt");
    private static final long SEED = 20261130;
    private static final int ROUNDS = 150;
    private static final int MOST = 1_000;

    private final List<Throwable> caught = new ArrayList<>();

    static List<String> corpus() throws IOException {
        return Files.readAllLines(CORPUS);
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void itIsAMessageOrTheEnd(String line) {
        Random random = new Random(SEED);
        String[] words = line.split(" ", -1);
        byte[] good = HexFormat.of().parseHex(words[1]);
        for (int round = 0; round < ROUNDS; round++) {
            play(words[0].equals("guest"), round == 0 ? good : mutated(good, random), random);
        }
    }

    private void play(boolean fromGuest, byte[] bytes, Random random) {
        caught.clear();
        EmbeddedChannel channel = fromGuest ? host() : guest();
        for (int at = 0; at < bytes.length && channel.isOpen(); ) {
            int length = 1 + random.nextInt(bytes.length - at);
            channel.writeInbound(channel.alloc().directBuffer().writeBytes(bytes, at, length));
            at += length;
        }
        for (ByteBuf message = channel.readInbound();
                message != null;
                message = channel.readInbound()) {
            assertThat(message.readInt()).isEqualTo(message.readableBytes());
            assertThat(message.readableBytes()).isLessThanOrEqualTo(MOST);
            message.release();
        }
        assertThat(caught).allMatch(IOException.class::isInstance);
        assertThat(caught.isEmpty() || !channel.isOpen()).isTrue();
        channel.finishAndReleaseAll();
    }

    private EmbeddedChannel host() {
        EmbeddedChannel channel = new EmbeddedChannel();
        WebSocketMessages.addServer(channel, MOST);
        channel.pipeline().addLast(last());
        return channel;
    }

    private EmbeddedChannel guest() {
        WebSocketDecoderConfig config =
                WebSocketDecoderConfig.newBuilder()
                        .maxFramePayloadLength(MOST)
                        .withUTF8Validator(false)
                        .build();
        return new EmbeddedChannel(
                new WebSocket13FrameEncoder(true),
                new WebSocket13FrameDecoder(config),
                new WebSocketMessages(MOST),
                last());
    }

    private ChannelInboundHandlerAdapter last() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                caught.add(cause);
                context.close();
            }
        };
    }

    /** One to three bytes changed, cut out, or doubled. */
    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 1; i--) {
            int at = random.nextInt(bytes.length);
            bytes =
                    switch (random.nextInt(5)) {
                        case 0 -> with(bytes, at, (byte) random.nextInt(256));
                        case 1 -> with(bytes, at, (byte) (bytes[at] ^ (1 << random.nextInt(8))));
                        case 2 -> joined(bytes, at, Math.min(bytes.length, at + 1));
                        case 3 -> Arrays.copyOf(bytes, at);
                        default -> joined(bytes, bytes.length, at);
                    };
        }
        return bytes;
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        bytes[at] = value;
        return bytes;
    }

    /** The first bytes up to {@code end}, and all from {@code start} on. */
    private static byte[] joined(byte[] bytes, int end, int start) {
        byte[] joined = Arrays.copyOf(bytes, end + bytes.length - start);
        System.arraycopy(bytes, start, joined, end, bytes.length - start);
        return joined;
    }
}
