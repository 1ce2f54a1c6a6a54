package dev.culvert.daemon.sshkeys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Public keys and certificates with characters changed, cut out and doubled. */
@Timeout(60)
class PublicKeyLineFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/daemon/sshkeys");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;

    static List<String> lines() throws IOException {
        return List.of(
                Files.readString(CORPUS.resolve("signed.pub")),
                Files.readString(CORPUS.resolve("signed-cert.pub")),
                Files.readString(CORPUS.resolve("rsa.pub")),
                Files.readString(CORPUS.resolve("ecdsa.pub")));
    }

    /** Each either is refused with a clause, or reads the same when it is written again. */
    @ParameterizedTest
    @MethodSource("lines")
    void aLineIsRefusedOrRead(String good) {
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String line = round == 0 ? good : mutated(good, random);
            try {
                PublicKeyLine read = PublicKeyLine.of(line);
                assertThat(PublicKeyLine.of(read.text())).isEqualTo(read);
                assertThat(read.fingerprint()).hasSize("SHA256:".length() + 43);
                assertThat(read.listed()).doesNotContain("\n");
                assertThat(read.certifies(read)).as(line).isFalse();
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).startsWith("it").isNotBlank();
                refused++;
            }
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static String mutated(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int i = random.nextInt(3); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + 1 + random.nextInt(6));
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, "AQz/+= \n-@9\u00fc".charAt(random.nextInt(12)));
                case 1 -> text.delete(at, to);
                case 2 -> text.insert(at, text.substring(at, to));
                default -> text.insert(at, "AAAB \t=/".charAt(random.nextInt(8)));
            }
        }
        return text.toString();
    }
}
