package dev.culvert.checks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of proxies and servers with bytes changed, cut out and doubled. */
@Timeout(60)
class ChecksFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/checks/corpus");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Each is understood, or refused with one sentence: nothing else is thrown. */
    @ParameterizedTest
    @MethodSource("files")
    void anAnswerIsUnderstoodOrRefused(Path file) throws IOException {
        byte[] good = Files.readAllBytes(file);
        String kind = file.getFileName().toString().split("-", 2)[0];
        assertThat(isUnderstood(kind, good)).isTrue();
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isUnderstood(kind, mutated(good, random)) ? 0 : 1;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isUnderstood(String kind, byte[] answer) {
        ByteArrayInputStream in = new ByteArrayInputStream(answer);
        OutputStream out = OutputStream.nullOutputStream();
        Endpoint to = new Endpoint("a.example", 443);
        try {
            String said =
                    switch (kind) {
                        case "socks" -> SocksConnect.open(to, new Through.Login("u", "p"), in, out);
                        case "connect" -> HttpConnect.open(to, null, in, out, "a");
                        default -> Sentences.status(new Wire(in).status());
                    };
            assertThat(said).isNotBlank().doesNotContain("\n");
            return true;
        } catch (HopException e) {
            assertThat(e.hop(0).detail()).isNotBlank().matches("[ -~]*");
            return false;
        } catch (IOException e) {
            assertThat(e.getMessage()).isNotBlank().matches("[ -~]*");
            return false;
        }
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
                default ->
                        bytes =
                                new String(bytes, ISO_8859_1)
                                        .replace('1', (char) random.nextInt(256))
                                        .getBytes(ISO_8859_1);
            }
        }
        return bytes;
    }
}
