package dev.culvert.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Policy files with characters changed, cut out and doubled. */
@Timeout(60)
class PolicyFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/policy/corpus");
    private static final int ROUNDS = 1_500;
    private static final long SEED = 20261130;
    private static final String SYNTAX = "{}[],:\"\\/*.~ -_0é\ud800\0\n";
    private static final List<String> PIECES =
            List.of("null", "true", "-1", "1e999", "\"\"", "{}", "[[", "**", "..", "/*", "${X}");
    private static final List<Action> ACTIONS =
            List.of(
                    new Action.Tool(""),
                    Written.command("git push --force"),
                    new Action.File("read_file", "../a/.env", Action.Access.READ, 1L << 40),
                    new Action.File("write_file", "src/main/App.java", Action.Access.WRITE, 1));

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Each is refused with a place and a sentence, or decides about every action. */
    @ParameterizedTest
    @MethodSource("files")
    void aFileIsRefusedOrDecides(Path file) throws IOException {
        String good = Files.readString(file);
        assertThat(decides(good)).isTrue();
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += decides(mutated(good, random)) ? 0 : 1;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean decides(String text) {
        PolicyFile file;
        try {
            file = PolicyFile.read(Level.PROJECT, "p.jsonc", text);
        } catch (BadPolicyException e) {
            assertThat(e.mistakes())
                    .isNotEmpty()
                    .allSatisfy(it -> assertThat(it).startsWith("p.jsonc:").doesNotContain("\n"));
            return false;
        }
        Policy policy = Policy.of(List.of(file));
        assertThat(policy.version()).hasSize(71);
        for (Action action : ACTIONS) {
            Decision decision = policy.decide(action);
            assertThat(decision.why()).isNotBlank();
            boolean isByRule = decision.by() != null;
            assertThat(isByRule).isEqualTo(!policy.matching(action).isEmpty());
        }
        file.rules().forEach(rule -> assertThat(rule.about()).isNotBlank());
        return true;
    }

    /** A command line is refused, or is one of the words that it was split into. */
    @Test
    void aCommandLineIsRefusedOrSplit() {
        Random random = new Random(SEED);
        String good = "git commit -m 'a \"b\" c' \"d \\\" e\" f\\ g --author=x";
        assertThat(ShellWords.split(good))
                .containsExactly("git", "commit", "-m", "a \"b\" c", "d \" e", "f g", "--author=x");
        int split = 0;
        for (int round = 0; round < 20_000; round++) {
            String line = mutated(good, random);
            try {
                List<String> words = ShellWords.split(line);
                assertThat(String.join("", words).length()).isLessThanOrEqualTo(line.length());
                assertThat(ShellWords.split(quoted(words))).isEqualTo(words);
                split++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).startsWith("it ");
            }
        }
        assertThat(split).isBetween(1, 19_999);
    }

    private static String quoted(List<String> words) {
        return String.join(
                " ", words.stream().map(it -> "'" + it.replace("'", "'\\''") + "'").toList());
    }

    private static String mutated(String good, Random random) {
        StringBuilder text = new StringBuilder(good);
        for (int i = random.nextInt(3); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> text.setCharAt(at, SYNTAX.charAt(random.nextInt(SYNTAX.length())));
                case 1 -> text.delete(at, to);
                case 2 -> text.insert(at, text.substring(at, to));
                case 3 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                default -> text.insert(at, SYNTAX.charAt(random.nextInt(SYNTAX.length())));
            }
        }
        return text.toString();
    }
}
