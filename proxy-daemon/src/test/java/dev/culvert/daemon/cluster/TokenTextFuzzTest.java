package dev.culvert.daemon.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.auth.Token;
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

/** Tokens of the registry, with bytes changed, cut out and doubled. */
@Timeout(60)
class TokenTextFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/cluster/tokens");
    private static final int ROUNDS = 5_000;
    private static final long SEED = 20261201;
    private static final String ID = "0123456789ab";

    static List<Path> tokens() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("tokens")
    void isReadOrRefused(Path file) throws IOException {
        byte[] good = Files.readAllBytes(file);
        String id = String.valueOf(file.getFileName()).replace(".json", "");
        assertThat(isRead(id, good)).isTrue();

        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isRead(id, mutated(good, random)) ? 0 : 1;
        }

        assertThat(refused).isPositive().isLessThan(ROUNDS);
    }

    private static boolean isRead(String id, byte[] bytes) {
        try {
            Token token = TokenText.read(id, bytes);
            assertThat(TokenText.read(id, TokenText.write(token))).isEqualTo(token);
            return true;
        } catch (IOException e) {
            assertThat(e).hasMessageStartingWith("it");
            return false;
        }
    }

    private static byte[] mutated(byte[] good, Random random) {
        StringBuilder text = new StringBuilder(new String(good, UTF_8));
        for (int i = random.nextInt(3); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.setCharAt(at, (char) (text.charAt(at) ^ (1 << random.nextInt(7))));
                case 2 -> text.deleteCharAt(at);
                default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 9)));
            }
        }
        return text.toString().getBytes(UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"name\":\"ci\",      | \"x\":1,            | its name is missing",
                "agents:read           | agents:rule         | its scopes have one that this version does not know",
                "\"turns\":20          | \"turns\":-1        | its turns is no number that can be used",
                "2026-12-01T00:00:00Z  | yesterday           | it has a time that is none",
                "0f0f                  | XXXX                | its sha256 is none",
                "50/s                  | much                | its rate is not valid"
            })
    void whatIsWrongIsNamed(String part, String instead, String message) throws IOException {
        String good = Files.readString(CORPUS.resolve(ID + ".json"));
        assertThat(good).contains(part);
        assertThatThrownBy(() -> TokenText.read(ID, good.replace(part, instead).getBytes(UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aKeyThatIsNoIdAndATextThatIsTooLongAreRefused() {
        assertThatThrownBy(() -> TokenText.read("../x", new byte[0]))
                .hasMessage("its key is no id of a token");
        assertThatThrownBy(() -> TokenText.read(ID, new byte[TokenText.MAX_BYTES + 1]))
                .hasMessage("it has more than 8192 bytes");
    }
}
