package dev.culvert.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of guests with characters changed, cut out and doubled. */
@Timeout(60)
class GuestFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/infra/guests");
    private static final Defaults DEFAULTS = Defaults.NONE;
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;
    private static final String SYNTAX = "{}[],:\"\\/*.~ -_0é\ud800\0\n";
    private static final List<String> PIECES =
            List.of("null", "true", "-1", "1e999", "\"\"", "{}", "[[", "\"disks\":", "/*", "GiB");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Each is refused with places in the file, or is a guest that is the same when written. */
    @ParameterizedTest
    @MethodSource("files")
    void aFileIsRefusedOrOfAGuest(Path file) throws IOException {
        String good = Files.readString(file);
        assertThat(isOfAGuest(good)).isTrue();
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isOfAGuest(mutated(good, random)) ? 0 : 1;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isOfAGuest(String text) throws IOException {
        Guest guest;
        try {
            guest = GuestReader.read("g.json", text, DEFAULTS);
        } catch (BadStateException e) {
            assertThat(e.mistakes())
                    .isNotEmpty()
                    .allSatisfy(it ->
                            assertThat(it)
                                    .matches("(?s)g\\.json:\\d+:\\d+: .+")
                                    .doesNotContain("\n", "\0"));
            return false;
        }
        assertThat(GuestReader.read("again.json", DesiredState.text(guest), DEFAULTS))
                .isEqualTo(guest);
        return true;
    }

    private static String mutated(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int changes = 1 + random.nextInt(3); changes > 0 && !text.isEmpty(); changes--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, SYNTAX.charAt(random.nextInt(SYNTAX.length())));
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(8)));
                case 2 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 8)));
                default -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
            }
        }
        return text.toString();
    }
}
