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

/** Files of guests, and of whole states, with characters changed, cut out and doubled. */
@Timeout(60)
class GuestFuzzTest {
    private static final Path GUESTS = Path.of("src/test/resources/dev/culvert/infra/guests");
    private static final Path STATES = Path.of("src/test/resources/dev/culvert/infra/states");
    private static final Defaults DEFAULTS = Defaults.NONE;
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;
    private static final String SYNTAX = "{}[],:\"\\/*.~ -_0é\ud800\0\n";
    private static final List<String> PIECES =
            List.of("null", "true", "-1", "1e999", "\"\"", "{}", "[[", "\"disks\":", "/*", "GiB");

    static List<Path> guests() throws IOException {
        return files(GUESTS);
    }

    static List<Path> states() throws IOException {
        return files(STATES);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private interface Read {
        boolean isGood(String text) throws IOException;
    }

    /** Each is refused with places in the file, or is a guest that is the same when written. */
    @ParameterizedTest
    @MethodSource("guests")
    void aFileIsRefusedOrOfAGuest(Path file) throws IOException {
        mutate(file, GuestFuzzTest::isOfAGuest);
    }

    /** The same for texts of whole states. */
    @ParameterizedTest
    @MethodSource("states")
    void aTextIsRefusedOrAState(Path file) throws IOException {
        mutate(file, GuestFuzzTest::isAState);
    }

    private static void mutate(Path file, Read read) throws IOException {
        String good = Files.readString(file);
        assertThat(read.isGood(good)).isTrue();
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += read.isGood(mutated(good, random)) ? 0 : 1;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isOfAGuest(String text) throws IOException {
        Guest guest;
        try {
            guest = GuestReader.read("g.json", text, DEFAULTS);
        } catch (BadStateException e) {
            saysWhere(e);
            return false;
        }
        assertThat(GuestReader.read("again.json", DesiredState.text(guest), DEFAULTS))
                .isEqualTo(guest);
        return true;
    }

    private static boolean isAState(String text) throws IOException {
        DesiredState state;
        try {
            state = StateDocument.read("g.json", text);
        } catch (BadStateException e) {
            saysWhere(e);
            return false;
        }
        assertThat(guests(StateDocument.read("again.json", StateDocument.text(state))))
                .isEqualTo(guests(state));
        return true;
    }

    private static List<Guest> guests(DesiredState state) {
        return state.guests().stream().map(DesiredState.Written::guest).toList();
    }

    private static void saysWhere(BadStateException e) {
        assertThat(e.mistakes())
                .isNotEmpty()
                .allSatisfy(it ->
                        assertThat(it)
                                .matches("(?s)g\\.json:\\d+:\\d+: .+")
                                .doesNotContain("\n", "\0"));
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
