package dev.culvert.daemon.client.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.tools.ProgramTool;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Descriptions of tools with characters changed, cut out and doubled. */
@Timeout(60)
class PluginFuzzTest {
    private static final Path CORPUS =
            Path.of("src/test/resources/dev/culvert/daemon/client/settings/plugins");
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20261130;
    private static final String SYNTAX = "{}[],:\"\\/*.~ -_0é\ud800\0\n";
    private static final List<String> PIECES =
            List.of("null", "true", "-1", "1e999", "\"\"", "{}", "[[", "\"network\":", "/*");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Each is refused in one line that names the file, or is a tool with a schema. */
    @ParameterizedTest
    @MethodSource("files")
    void aDescriptionIsRefusedOrOfATool(Path file) throws IOException {
        String good = Files.readString(file);
        assertThat(isOfATool(good)).isTrue();
        Random random = new Random(SEED);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            refused += isOfATool(mutated(good, random)) ? 0 : 1;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isOfATool(String text) throws IOException {
        ProgramTool.Program program;
        try {
            program = Plugin.read("deploy", "t/deploy", text, "t/deploy.json");
        } catch (UsageException e) {
            assertThat(e.getMessage()).startsWith("t/deploy.json ").doesNotContain("\n", "\0");
            return false;
        }
        assertThat(program.name()).isEqualTo("deploy");
        assertThat(program.description()).isNotBlank();
        assertThat(Value.parse(program.schema()).text("type")).isEqualTo("object");
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
