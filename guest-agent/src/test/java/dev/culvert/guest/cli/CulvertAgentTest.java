package dev.culvert.guest.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.about.Version;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command without a listening agent; that is tested with the shipped image. */
class CulvertAgentTest {
    private final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h"})
    void helpNamesEveryKeyAndTheExitCodes(String flag) {
        assertThat(run(flag)).isZero();

        assertThat(Flag.ALL).allSatisfy(key -> assertThat(out()).contains(key.name() + "="));
        assertThat(out())
                .contains("--config=FILE", "--print-config", "--version", "Exit codes:")
                .containsPattern("\n  2 +wrong flags or settings");
        assertThat(out().lines()).allMatch(line -> line.length() <= 90);
        assertThat(err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void saysItsVersion(String flag) {
        assertThat(run(flag)).isZero();

        assertThat(out()).isEqualTo("culvert-agent " + Version.text() + "\n");
    }

    @Test
    void everyKeyIsAFlagAndAVariableAndAMemberOfTheFile() {
        assertThat(run("--print-config")).isZero();

        assertThat(out().lines().filter(line -> line.startsWith("  \"")).map(this::key))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(
                                        Flag.ALL.stream().map(Flag::key),
                                        Stream.of("join_token")) // everybody can see flags
                                .toList());
    }

    @Test
    void aFlagCountsMoreThanAVariableAndAVariableMoreThanTheFile() throws IOException {
        Path file = file("{\"max_turns\": 1, \"drain\": \"1s\", \"log_level\": \"warn\"}");
        environment.put("CULVERT_AGENT_MAX_TURNS", "2");
        environment.put("CULVERT_AGENT_DRAIN", "2s");

        assertThat(run("--print-config", "--config", file.toString(), "--max-turns=3")).isZero();

        assertThat(out())
                .contains("\"max_turns\": 3, // flag --max-turns\n")
                .contains("\"drain\": \"2s\", // environment CULVERT_AGENT_DRAIN\n")
                .contains("\"log_level\": \"warn\" // " + file + ":1:")
                .contains("\"max_context_bytes\": \"64KiB\",\n");
    }

    @Test
    void theFileMayBeNamedByAVariable() throws IOException {
        environment.put("CULVERT_AGENT_CONFIG", file("{\"max_turns\": 5}").toString());

        assertThat(run("--print-config")).isZero();

        assertThat(out()).contains("\"max_turns\": 5, //");
    }

    @Test
    void theKeyItselfIsNeverPrinted() throws IOException {
        Path key = Files.writeString(directory.resolve("key"), "sekret\nsekret");
        environment.put("CULVERT_AGENT_RUNTIME_KEY_FILE", key.toString());

        assertThat(run("--print-config")).isZero();
        assertThat(run("--listen", "tcp://127.0.0.1:0")).isEqualTo(2);

        assertThat(out()).contains(key.toString());
        assertThat(out() + err()).doesNotContain("sekret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--max-turns=0     | flag --max-turns: max_turns is 0: it must be at least 1",
                "--max-turns=many  | flag --max-turns: max_turns is \"many\": it must be a whole"
                        + " number",
                "--listen=here     | flag --listen: listen",
                "--listen          | culvert-agent: Missing required parameter for option"
                        + " '--listen' (ADDRESS)",
                "--lisen=x         | culvert-agent: Unknown option: '--lisen=x'; did you mean"
                        + " --listen?",
                "--rutnime-model=x | culvert-agent: Unknown option: '--rutnime-model=x'; did you mean"
                        + " --runtime-model?",
                "now               | culvert-agent: Unmatched argument at index 0: 'now'",
                "--drain=-1s       | flag --drain: drain is \"-1s\": it must be a time",
                "--config=/no/such | /no/such: there is no such file"
            })
    void aWrongValueIsOneSentenceAndExit2(String argument, String sentence) {
        assertThat(run(argument)).isEqualTo(2);

        assertThat(err()).startsWith(sentence).hasLineCount(1);
        assertThat(out()).isEmpty();
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        environment.put("CULVERT_AGENT_DRAIN", "soon");
        environment.put("CULVERT_AGENT_MAX_TURN", "5");

        assertThat(run("--max-turns", "0", "--log-level", "loud")).isEqualTo(2);

        assertThat(err())
                .hasLineCount(4)
                .contains("flag --max-turns: ", "flag --log-level: ")
                .contains("environment CULVERT_AGENT_DRAIN: ")
                .contains("did you mean CULVERT_AGENT_MAX_TURNS?");
    }

    @Test
    void whereItCannotListenItSaysWhyAndExitsWith1() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "tcp://127.0.0.1:" + taken.getLocalPort();

            assertThat(run("--listen", address, "--runtime", "echo")).isEqualTo(1);

            assertThat(err()).startsWith("culvert-agent: ").contains(address).hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--listen tcp://127.0.0.1:0",
                "--listen=tcp://127.0.0.1:0 --max-turns 7 --config=a=b",
                "--runtime-model=-m --drain=@x"
            })
    void plainFlagsAreReadAsPicocliReadsThem(String line) {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ", -1);

        assertThat(PlainFlags.read(arguments).orElseGet(() -> picocli(arguments)))
                .isEqualTo(picocli(arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--print-config",
                "--listen",
                "--listen=",
                "--drain 1s --drain 2s",
                "--drain --listen",
                "--drain @file",
                "@file",
                "--drains 1s",
                "run"
            })
    void whateverNeedsAnExplanationIsLeftToPicocli(String line) {
        assertThat(PlainFlags.read(line.split(" ", -1))).isEmpty();
    }

    private Map<String, String> picocli(String... arguments) {
        return PicocliFlags.read(new PrintStream(out, true, UTF_8), arguments).orElseThrow();
    }

    private String key(String line) {
        return line.replaceAll("^ *\"([a-z_]+)\".*", "$1");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("agent.jsonc"), text);
    }

    private int run(String... arguments) {
        return new CulvertAgent(
                        environment,
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8))
                .run(arguments);
    }

    private String out() {
        return out.toString(UTF_8);
    }

    private String err() {
        return err.toString(UTF_8);
    }
}
