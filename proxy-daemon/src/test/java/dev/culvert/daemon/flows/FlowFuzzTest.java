package dev.culvert.daemon.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Flows with characters changed, cut out and doubled. */
@Timeout(60)
class FlowFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/dev/culvert/daemon/flows/files");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;
    private static final String SYNTAX = "{}[],:\"\\/*.~$ -_0é\ud800\0\n";
    private static final List<String> PIECES =
            List.of(
                    "null",
                    "-1",
                    "1e999",
                    "\"\"",
                    "{}",
                    "[[",
                    "${steps.",
                    "${",
                    "$${",
                    "\"needs\": [\"a\", \"last\", \"all\"],",
                    "/*");
    private static final StepKinds KINDS = new StepKinds(List.of(new WaitStep(), new EchoStep()));
    private static final FlowSettings SETTINGS = settings();

    private static FlowSettings settings() {
        FlowSettings it = FlowSettings.DEFAULTS;
        return new FlowSettings(
                Optional.empty(),
                List.of("HOME"),
                it.maxRuns(),
                it.maxSteps(),
                it.maxEach(),
                it.eachParallel(),
                it.maxFileBytes(),
                it.maxOutputBytes(),
                it.maxJournalBytes(),
                it.keep(),
                it.keepCache(),
                it.stepTimeout(),
                it.maxForwards(),
                it.shell(),
                it.mcp());
    }

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Each is refused in lines that name the file, or is a flow whose references all lead on. */
    @ParameterizedTest
    @MethodSource("files")
    void aFileIsRefusedWithLinesOrIsAFlow(Path file) throws IOException {
        String good = Files.readString(file);
        assertThat(isFlow(good)).isTrue();
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isFlow(mutated(good, random)) ? 0 : 1;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isFlow(String text) {
        Flow flow;
        try {
            flow = FlowReader.read("f.jsonc", text, KINDS, SETTINGS);
        } catch (BadSettingsException e) {
            assertThat(e.mistakes())
                    .isNotEmpty()
                    .allMatch(it -> it.startsWith("f.jsonc:"))
                    .noneMatch(it -> it.contains("\n") || it.contains("\0"));
            return false;
        }
        assertThat(flow.name()).isNotEmpty();
        for (Flow.Step step : flow.steps().values()) {
            assertThat(flow.steps().keySet()).containsAll(step.needs());
            fill(step.params());
        }
        flow.outputs().values().forEach(FlowFuzzTest::fill);
        return true;
    }

    private static void fill(Node node) {
        try {
            assertThat(Template.fill(node, _ -> Values.number(1), false).json()).isNotEmpty();
        } catch (Template.MissingException e) {
            throw new AssertionError(e);
        }
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
