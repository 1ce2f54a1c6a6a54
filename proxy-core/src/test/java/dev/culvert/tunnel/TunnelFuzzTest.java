package dev.culvert.tunnel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonText;
import dev.culvert.tunnel.RecordHandler.Side;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Payloads and rows of records with bytes changed, cut out and doubled, in pieces of any size. */
@Timeout(60)
class TunnelFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/tunnel/corpus");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;

    static List<Path> payloads() throws IOException {
        return files("json");
    }

    static List<Path> records() throws IOException {
        return files("hex");
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.filter(it -> it.toString().endsWith(ending)).sorted().toList();
        }
    }

    /** A payload that the frames' decoder lets pass is understood, or refused in one sentence. */
    @ParameterizedTest
    @MethodSource("payloads")
    void aPayloadIsUnderstoodOrRefused(Path file) throws IOException {
        byte[] good = Files.readAllBytes(file);
        FrameType type =
                file.getFileName().toString().startsWith("tunnelled")
                        ? FrameType.TUNNELLED
                        : FrameType.TUNNEL;
        assertThat(isUnderstood(type, good)).isTrue();
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutated(good, random);
            try {
                JsonText.checkObject(Unpooled.wrappedBuffer(bytes));
            } catch (BadJsonException _) {
                continue; // the decoder closes the connection
            }
            isUnderstood(type, bytes);
        }
    }

    private static boolean isUnderstood(FrameType type, byte[] payload) {
        Frame frame = new Frame(type, "t", Unpooled.wrappedBuffer(payload));
        try {
            if (type == FrameType.TUNNEL) {
                TunnelRequest request = TunnelRequest.read(frame);
                assertThat(request.to() == null && request.ticket() == null).isFalse();
            } else {
                assertThat(TunnelAnswer.read(frame)).isNotNull();
            }
            return true;
        } catch (BadTunnelException e) {
            assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
            return false;
        }
    }

    /** However they are cut, the same bytes come out, or the row is refused at the same place. */
    @ParameterizedTest
    @MethodSource("records")
    void aRowOfRecordsMeansTheSameInPieces(Path file) throws IOException {
        byte[] good =
                ByteBufUtil.decodeHexDump(Files.readString(file, ISO_8859_1).replaceAll("\\s", ""));
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = round == 0 ? good : mutated(good, random);

            String whole = read(bytes, bytes.length == 0 ? 1 : bytes.length);

            assertThat(read(bytes, 1 + random.nextInt(7))).isEqualTo(whole);
        }
    }

    private static String read(byte[] bytes, int piece) {
        EmbeddedChannel channel =
                new EmbeddedChannel(new RecordHandler(Side.GUEST, RecordHandler.Counter.NONE));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String end = "open";
        try {
            for (int at = 0; at < bytes.length; at += piece) {
                channel.writeInbound(
                        Unpooled.copiedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
            }
        } catch (Exception e) {
            assertThat(e)
                    .isInstanceOfAny(BadRecordException.class, DecoderException.class)
                    .hasMessageMatching("[ -~]+");
            end = e.getMessage();
        }
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            out.writeBytes(ByteBufUtil.getBytes(next));
            next.release();
        }
        channel.finishAndReleaseAll();
        return ByteBufUtil.hexDump(out.toByteArray()) + " " + end;
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(Math.max(1, bytes.length));
            switch (random.nextInt(4)) {
                case 0 -> bytes = Arrays.copyOf(bytes, at);
                case 1 -> {
                    if (bytes.length > 0) {
                        bytes[at] = (byte) random.nextInt(256);
                    }
                }
                case 2 -> {
                    byte[] twice = Arrays.copyOf(bytes, bytes.length + bytes.length - at);
                    System.arraycopy(bytes, at, twice, bytes.length, bytes.length - at);
                    bytes = twice;
                }
                default -> {
                    if (bytes.length > 0) {
                        bytes[at] = (byte) (bytes[at] ^ 1 << random.nextInt(8));
                    }
                }
            }
        }
        return bytes;
    }
}
