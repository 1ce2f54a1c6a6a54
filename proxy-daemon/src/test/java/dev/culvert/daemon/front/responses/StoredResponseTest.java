package dev.culvert.daemon.front.responses;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoredResponseTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/front/stored");

    /** Bytes with some changed, cut off or doubled are what was written, or are refused. */
    @Test
    void noChangedByteGoesUnnoticed() throws IOException {
        byte[] good = Files.readAllBytes(CORPUS.resolve("background.response"));
        assertThat(StoredResponse.read(good).bytes()).isEqualTo(good);

        Random random = new Random(20261129);
        for (int round = 0; round < 5_000; round++) {
            byte[] bad = mutated(good, random);
            try {
                assertThat(StoredResponse.read(bad).bytes())
                        .as(HexFormat.of().formatHex(bad))
                        .isEqualTo(good);
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bad = good.clone();
        int at = random.nextInt(bad.length);
        switch (random.nextInt(3)) {
            case 0 -> bad[at] = (byte) random.nextInt();
            case 1 -> bad = Arrays.copyOf(bad, at);
            default -> bad = Arrays.copyOf(bad, bad.length + random.nextInt(1, 9));
        }
        return bad;
    }
}
