package dev.culvert.daemon.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What hosts wrote, with bytes changed, cut out and doubled: each is read or refused, and ends. */
@Timeout(60)
class HostTextFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/cluster/hosts");
    private static final int ROUNDS = 5_000;
    private static final long SEED = 20261130;

    static List<Path> hosts() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("hosts")
    void isReadOrRefused(Path file) throws IOException {
        byte[] good = Files.readAllBytes(file);
        String key = new String(good, UTF_8).replaceFirst("\\{\"name\":\"([^\"]+)\".*", "$1");
        assertThat(isRead(key, good)).isTrue();

        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isRead(key, mutated(good, random)) ? 0 : 1;
        }

        assertThat(refused).isPositive().isLessThan(ROUNDS);
    }

    private static boolean isRead(String key, byte[] bytes) {
        try {
            ClusterHost host = HostText.read(key, bytes);
            assertThat(HostText.read(key, HostText.write(host))).isEqualTo(host);
            return true;
        } catch (IOException e) {
            assertThat(e).hasMessageStartingWith("it");
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
                case 2 -> bytes = joined(bytes, at, at + 1);
                default -> bytes = joined(bytes, bytes.length, at);
            }
        }
        return bytes;
    }

    /** The bytes before {@code end}, and those from {@code start} on. */
    private static byte[] joined(byte[] bytes, int end, int start) {
        byte[] all = new byte[end + bytes.length - start];
        System.arraycopy(bytes, 0, all, 0, end);
        System.arraycopy(bytes, start, all, end, bytes.length - start);
        return all;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"name\":\"h\"       | \"name\":\"other\"       | its name is not that of its key",
                "\"name\":\"h\"       | \"name\":\"..\"          | its name is not valid",
                "https://[2001:db8::1] | http://h               | its url is none",
                "\"draining\":true    | \"draining\":1          | its draining is neither true nor false",
                "\"agents\":0         | \"agents\":-1           | its agents is not valid",
                "\"agents\":0         | \"agents\":99999999999  | it is no JSON",
                "2026-11-30T12:00:00Z | yesterday               | its started is no time",
                "\"epoch\":\"x\"      | \"epoch\":\"\"          | its epoch is not valid",
                "\"epoch\":\"x\"      | \"epoch\":[]            | its epoch is no text",
                "\"turns\":0,         | \"turns\":0}{           | it is not one object"
            })
    void whatIsWrongIsNamed(String part, String instead, String message) throws IOException {
        String good = Files.readString(CORPUS.resolve("newer.json"));
        assertThat(good).contains(part);
        assertThatThrownBy(() -> HostText.read("h", good.replace(part, instead).getBytes(UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
    }

    @Test
    void whatIsTooLongOrTooDeepIsRefused() {
        String long1 = "{\"more\":\"" + "x".repeat(HostText.MAX_BYTES) + "\"}";
        assertThatThrownBy(() -> HostText.read("h", long1.getBytes(UTF_8)))
                .hasMessage("it has more than 4096 bytes");
        String deep = "{\"more\":" + "[".repeat(100);
        assertThatThrownBy(() -> HostText.read("h", deep.getBytes(UTF_8)))
                .hasMessage("it is no JSON");
    }
}
