package dev.culvert.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.LogLevel;
import dev.culvert.daemon.config.SettingsReader;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Settings;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CulvertdTest {
    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>();
    private final RecordingLauncher launcher = new RecordingLauncher();

    @Test
    void servesTheDefaultsWhereNothingIsSaid() {
        assertThat(run("serve")).isZero();
        assertThat(launcher.settings).containsExactly(DaemonSettings.DEFAULTS);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void handsOnTheExitCodeOfTheDaemon() {
        launcher.exitCode = 7;
        assertThat(run("serve")).isEqualTo(7);
    }

    @Test
    void flagsSetWhereToListenTheAgentsAndTheLogLevel() {
        run(
                "serve",
                "--http=tcp://127.0.0.1:0",
                "--http",
                "unix:///run/http,1.sock",
                "--agent=a=tcp://127.0.0.1:9103",
                "--agent",
                "b=unix:///vm=1.sock?port=5",
                "--log-level=debug");
        DaemonSettings settings = launcher.settings.getFirst();
        assertThat(settings.http().listen())
                .containsExactly(
                        new AgentAddress.Tcp("127.0.0.1", 0),
                        new AgentAddress.Unix("/run/http,1.sock"));
        assertThat(settings.agents())
                .extracting(agent -> agent.id() + " " + agent.address())
                .containsExactly("a tcp://127.0.0.1:9103", "b unix:///vm=1.sock?port=5");
        assertThat(settings.logLevel()).isEqualTo(LogLevel.DEBUG);
    }

    @Test
    void takesHostAndPortAsPeopleWriteThem() throws Exception {
        run("serve", "--http=127.0.0.1:0", "--http", ":8470", "--agent=a=127.0.0.1:9103");
        Path file =
                file(
                        "f.jsonc",
                        "{\"http\": {\"listen\": [\":8470\"]}, \"agents\": [{\"id\": \"a\","
                                + " \"address\": \"vm:1024\"}]}");
        run("serve", "--config", file.toString());
        assertThat(err.toString()).isEmpty();
        assertThat(launcher.settings)
                .extracting(it -> it.http().listen() + " " + it.agents().getFirst().address())
                .containsExactly(
                        "[tcp://127.0.0.1:0, tcp://127.0.0.1:8470] tcp://127.0.0.1:9103",
                        "[tcp://127.0.0.1:8470] tcp://vm:1024");
    }

    @Test
    void flagsCountMoreThanTheEnvironmentAndThatMoreThanTheFile() throws Exception {
        Path file =
                file(
                        "f.jsonc",
                        """
                        {
                          "http": {"listen": ["tcp://127.0.0.1:1"]},
                          "agents": [{"id": "file", "cid": 3}],
                          "timeouts": {"ping": 7},
                          "log_level": "error",
                          "event_loops": 1
                        }
                        """);
        environment.put("CULVERT_LOG_LEVEL", "trace");
        environment.put("CULVERT_HTTP_LISTEN", "tcp://127.0.0.1:2");
        environment.put("CULVERT_EVENT_LOOPS", "2");
        run(
                "serve",
                "--config",
                file.toString(),
                "--http=tcp://127.0.0.1:3",
                "--agent=f=vsock://3:1");
        DaemonSettings settings = launcher.settings.getFirst();
        assertThat(settings.http().listen()).containsExactly(new AgentAddress.Tcp("127.0.0.1", 3));
        assertThat(settings.agents()).singleElement().extracting("id").isEqualTo("f");
        assertThat(settings.logLevel()).isEqualTo(LogLevel.TRACE);
        assertThat(settings.eventLoops()).isEqualTo(2);
        assertThat(settings.timeouts().ping()).hasSeconds(7);
    }

    @Test
    void readsTheDefaultFileIfItIsThereUnlessAnotherIsNamed() throws Exception {
        file("culvertd.jsonc", "{\"event_loops\": 1}");
        Path named = file("named.jsonc", "{\"event_loops\": 2}");
        Path flag = file("flag.jsonc", "{\"event_loops\": 3}");
        run("serve");
        environment.put("CULVERT_CONFIG", named.toString());
        run("serve");
        run("serve", "--config", flag.toString());
        assertThat(launcher.settings)
                .extracting(DaemonSettings::eventLoops)
                .containsExactly(1, 2, 3);
    }

    @Test
    void aFileThatIsNamedMustBeThere() {
        Path none = folder.resolve("none.jsonc");
        assertThat(run("serve", "--config", none.toString())).isEqualTo(2);
        assertThat(err).hasToString(none + ": there is no such file\n");
        assertThat(launcher.settings).isEmpty();
    }

    @Test
    void theDaemonCanReadTheSettingsAgain() throws Exception {
        Path file = file("f.jsonc", "{\"event_loops\": 1}");
        run("serve", "--config", file.toString(), "--log-level", "warn");
        Files.writeString(file, "{\"event_loops\": 2, \"log_level\": \"error\"}");
        DaemonSettings settings = launcher.again.getFirst().read().value();
        assertThat(settings.eventLoops()).isEqualTo(2);
        assertThat(settings.logLevel()).isEqualTo(LogLevel.WARN);
        Files.writeString(file, "{\"event_loops\": \"many\"}");
        assertThatThrownBy(() -> launcher.again.getFirst().read())
                .isInstanceOf(BadSettingsException.class);
    }

    @Test
    void printsTheSettingsInForceAndStops() throws Exception {
        environment.put("CULVERT_EVENT_LOOPS", "2");
        assertThat(run("serve", "--agent=a=tcp://127.0.0.1:1", "--print-config")).isZero();
        assertThat(launcher.settings).isEmpty();
        assertThat(out.toString())
                .contains("    \"listen\": [\"tcp://127.0.0.1:8470\"],\n")
                .contains("      \"address\": \"tcp://127.0.0.1:1\", // flag --agent\n")
                .contains("  \"event_loops\": 2, // environment CULVERT_EVENT_LOOPS\n");
        Path printed = file("printed.jsonc", out.toString());
        assertThat(run("config", "validate", printed.toString())).isZero();
    }

    @Test
    void everyWrongSettingIsPrintedAndNothingIsStarted() throws Exception {
        Path file = file("f.jsonc", "{\n\"event_loops\": -1,\n\"http\": {\"lisen\": []}}");
        environment.put("CULVERT_TIMEOUTS_PING", "fast");
        int exitCode = run("serve", "--config", file.toString(), "--log-level=loud");
        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        file + ":2:1: event_loops is -1: it must be from 0 to 1024",
                        file + ":3:10: unknown key 'http.lisen': did you mean 'http.listen'?",
                        "environment CULVERT_TIMEOUTS_PING: timeouts.ping is \"fast\": it must be a"
                                + " time such as \"500ms\", \"10s\", \"2m\" or \"1h\", or a number of"
                                + " seconds, up to a year",
                        "flag --log-level: log_level is \"loud\": it must be one of error, warn,"
                                + " info, debug, trace");
        assertThat(launcher.settings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --agent web | culvertd serve: --agent takes ID=ADDRESS and got \"web\" (see"
                        + " culvertd serve --help)",
                "serve --agent web=here | flag --agent: agents[0].address: \"here\" is not the"
                        + " address of an agent: it is not HOST:PORT and does not start with vsock://,"
                        + " unix:// or tcp://; it takes vsock://CID:PORT, unix:///PATH?port=PORT,"
                        + " unix:///PATH, tcp://HOST:PORT, HOST:PORT, :PORT, or"
                        + " incoming:ID for an agent that dials in",
                "serve --http here | flag --http: http.listen[0]: \"here\" is not the address of a"
                        + " listener: it is not HOST:PORT and does not start with vsock://, unix:// or"
                        + " tcp://; it takes tcp://HOST:PORT, HOST:PORT, :PORT, unix:///PATH, in the"
                        + " daemon tls://HOST:PORT, or in a guest vsock://any:PORT",
                "serve --http vsock://any:1 | flag --http: http.listen[0] is vsock://any:1: clients"
                        + " can only connect to tls://HOST:PORT, tcp://HOST:PORT, HOST:PORT or"
                        + " unix:///PATH",
                "serve --htp x | culvertd serve: Unknown options: '--htp', 'x'; did you mean"
                        + " --http? (see culvertd serve --help)",
                "serve --config | culvertd serve: Missing required parameter for option '--config'"
                        + " (FILE) (see culvertd serve --help)",
                "sreve | culvertd: Unmatched argument at index 0: 'sreve'; did you mean serve? (see"
                        + " culvertd --help)",
                "config valdiate | culvertd config: Unmatched argument at index 1: 'valdiate'; did"
                        + " you mean validate? (see culvertd config --help)",
                "config | culvertd config: Missing required subcommand (see culvertd config"
                        + " --help)",
            })
    void aWrongCommandLineIsOneSentenceAndExitTwo(String line, String sentence) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(err).hasToString(sentence + "\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void noCommandAtAllIsAWrongCommandLine() {
        assertThat(run()).isEqualTo(2);
        assertThat(err)
                .hasToString("culvertd: Missing required subcommand (see culvertd --help)\n");
    }

    @Test
    void whatKeepsTheDaemonFromRunningIsASentenceToo() {
        launcher.failure = new BindException("127.0.0.1:8470 is in use");
        assertThat(run("serve")).isEqualTo(1);
        assertThat(err).hasToString("culvertd: 127.0.0.1:8470 is in use\n");
    }

    @Test
    void aMistakeOfOursShowsWhereItIs() {
        launcher.failure = new IllegalStateException("cannot be");
        assertThat(run("serve")).isEqualTo(1);
        assertThat(err.toString()).contains("cannot be").contains("at dev.culvert");
    }

    @Test
    void validateCountsTheAgentsOfAGoodFile() throws Exception {
        Path one = file("one.jsonc", "{\"agents\": [{\"id\": \"a\", \"cid\": 3}]}");
        Path none = file("none.jsonc", "{}");
        assertThat(run("config", "validate", one.toString())).isZero();
        assertThat(run("config", "validate", none.toString())).isZero();
        assertThat(out).hasToString(one + ": ok, 1 agent\n" + none + ": ok, 0 agents\n");
    }

    @Test
    void validateTellsAllThatIsWrongInTheFileAndInTheEnvironment() throws Exception {
        environment.put("CULVERT_EVENT_LOOPS", "1"); // which hides what the file says
        environment.put("CULVERT_TIMEOUTS_PING", "fast");
        Path file = file("f.jsonc", "{\"event_loops\": \"x\",\n\"agents\": [{\"id\": \"a\"}]}");
        assertThat(run("config", "validate", file.toString())).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        file + ":1:2: event_loops is \"x\": it must be a whole number",
                        file
                                + ":2:12: agents[0]: neither cid nor address is set: an agent has"
                                + " exactly one of the two",
                        "environment CULVERT_TIMEOUTS_PING: timeouts.ping is \"fast\": it must be a"
                                + " time such as \"500ms\", \"10s\", \"2m\" or \"1h\", or a number of"
                                + " seconds, up to a year");
    }

    @Test
    void validateChecksWhatServeWouldReadWhereNoFileIsNamed() throws Exception {
        assertThat(run("config", "validate")).isZero();
        Path file = file("culvertd.jsonc", "{\"event_loops\": -1}");
        assertThat(run("config", "validate")).isEqualTo(2);
        environment.put("CULVERT_CONFIG", file("other.jsonc", "{}").toString());
        assertThat(run("config", "validate")).isZero();
        assertThat(out)
                .hasToString(
                        "no settings file: ok, 0 agents\n"
                                + folder.resolve("other.jsonc")
                                + ": ok, 0 agents\n");
        assertThat(err).hasToString(file + ":1:2: event_loops is -1: it must be from 0 to 1024\n");
    }

    @Test
    void validateTriesTheStateDirAndLeavesNothingThere() throws Exception {
        Path taken = file("taken", "no directory");
        Path state = folder.resolve("state/deep");
        Path file = file("f.jsonc", "{\"state_dir\": \"" + state + "\"}");
        assertThat(run("config", "validate", file.toString())).isZero();
        assertThat(state.getParent()).doesNotExist();
        environment.put("CULVERT_STATE_DIR", taken.toString());
        assertThat(run("config", "validate", file.toString())).isEqualTo(2);
        environment.put("CULVERT_STATE_DIR", "/proc/nope");
        assertThat(run("config", "validate", file.toString())).isEqualTo(2);
        assertThat(err.toString())
                .contains("state_dir is " + taken + ": ")
                .contains("state_dir is /proc/nope: ");
    }

    @Test
    void theStateDirectoryOfTheUnitIsUsedWhereNothingElseIsSaid() throws Exception {
        environment.put("STATE_DIRECTORY", "/var/lib/culvert:/var/lib/other");
        run("serve");
        run("serve", "--print-config");
        Path file = file("f.jsonc", "{\"state_dir\": \"/srv/culvert\"}");
        run("serve", "--config", file.toString());
        assertThat(launcher.settings)
                .extracting(it -> it.stateDir().orElseThrow().toString())
                .containsExactly("/var/lib/culvert", "/srv/culvert");
        assertThat(out.toString())
                .contains("\"state_dir\": \"/var/lib/culvert\", // environment STATE_DIRECTORY");
    }

    @Test
    void theAdminSocketIsInTheFolderOfTheUnitElseOfTheUserWhereNothingElseIsSaid()
            throws Exception {
        run("serve");
        environment.put("XDG_RUNTIME_DIR", "/run/user/1000");
        run("serve");
        run("serve", "--print-config");
        environment.put("RUNTIME_DIRECTORY", "/run/culvert:/run/other");
        run("serve");
        Path file = file("f.jsonc", "{\"admin\": {\"listen\": [\"unix:///srv/a.sock\"]}}");
        run("serve", "--config", file.toString());
        environment.put("CULVERT_ADMIN_LISTEN", "[]");
        run("serve", "--config", file.toString());

        assertThat(launcher.settings)
                .extracting(it -> it.admin().listen().toString())
                .containsExactly(
                        "[unix:///run/culvert/admin.sock]",
                        "[unix:///run/user/1000/culvert/admin.sock]",
                        "[unix:///run/culvert/admin.sock]",
                        "[unix:///srv/a.sock]",
                        "[]");
        assertThat(out.toString())
                .contains(
                        "[\"unix:///run/user/1000/culvert/admin.sock\"], // environment"
                                + " XDG_RUNTIME_DIR");
    }

    @Test
    void theAdminSocketCannotBeOpenToAWholeNetwork() throws Exception {
        Path file = file("f.jsonc", "{\"admin\": {\"listen\": [\"127.0.0.1:8471\"]}}");
        assertThat(run("config", "validate", file.toString())).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "admin.listen[0] is tcp://127.0.0.1:8471: whoever can connect may do"
                                + " everything");
    }

    @Test
    void tellsItsVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).matches("culvertd \\d+\\.\\d+\\.\\d+.*\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Usage: culvertd serve ",
                "--config=FILE",
                "--http=ADDRESS",
                "--agent=ID=ADDRESS",
                "--log-level=LEVEL",
                "--print-config",
                "http.listen is CULVERT_HTTP_LISTEN",
                "Exit codes:",
                "Examples:"
            })
    void theHelpOfServeTells(String part) {
        assertThat(run("serve", "--help")).isZero();
        assertThat(out.toString()).contains(part);
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 90);
    }

    private int run(String... arguments) {
        Layers layers = new Layers(environment, folder.resolve("culvertd.jsonc"));
        return Culvertd.commands(launcher, layers)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static final class RecordingLauncher implements Launcher {
        private final List<DaemonSettings> settings = new ArrayList<>();
        private final List<SettingsReader> again = new ArrayList<>();
        private int exitCode;
        private @Nullable Exception failure;

        @Override
        public int run(Settings<DaemonSettings> read, SettingsReader again, Optional<Path> file)
                throws Exception {
            if (failure != null) {
                throw failure;
            }
            settings.add(read.value());
            this.again.add(again);
            return exitCode;
        }
    }
}
