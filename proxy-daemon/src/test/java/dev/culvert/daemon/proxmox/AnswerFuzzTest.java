package dev.culvert.daemon.proxmox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers with bytes changed, cut out and doubled: each is read or refused, and ends. */
@Timeout(60)
class AnswerFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/proxmox/answers");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;

    static List<Path> answers() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("answers")
    void isReadOrRefused(Path answer) throws IOException {
        byte[] good = Files.readAllBytes(answer);
        assertThat(isRead(good)).isTrue();

        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isRead(mutated(good, random)) ? 0 : 1;
        }

        assertThat(refused).isPositive().isLessThan(ROUNDS);
    }

    private static boolean isRead(byte[] bytes) {
        try {
            Fields fields = AnswerReader.read(new String(bytes, StandardCharsets.UTF_8));
            ProxmoxAnswer answer = new ProxmoxAnswer(AnswerReader.data(fields));
            for (Fields row : answer.rows()) {
                for (String name : row.nodes().keySet()) {
                    assertThat(row.fraction(name, 0)).isFinite();
                    assertThat(row.textOr(name, "")).isNotNull();
                    assertThat(row.number(name, 7)).isBetween(-(long) 1e18, (long) 1e18);
                    row.is(name);
                }
            }
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> {
                    byte[] less = new byte[bytes.length - 1];
                    System.arraycopy(bytes, 0, less, 0, at);
                    System.arraycopy(bytes, at + 1, less, at, less.length - at);
                    bytes = less;
                }
                default -> {
                    byte[] more = new byte[bytes.length + bytes.length - at];
                    System.arraycopy(bytes, 0, more, 0, bytes.length);
                    System.arraycopy(bytes, at, more, bytes.length, bytes.length - at);
                    bytes = more;
                }
            }
        }
        return bytes;
    }
}
