package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.command.Culvert;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.value.Value;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The verbs for finding out what is wrong, against a daemon. */
@Timeout(60)
class TroubleshootingVerbsTest {
    private static final String NOBODY = "http://127.0.0.1:1";

    @TempDir Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String url, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", url));
        Surroundings around =
                new Surroundings(
                        Map.of("HOME", folder.toString()),
                        InputStream.nullInputStream(),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        new Surroundings.Place(
                                folder,
                                List.of(folder.resolve("admin.sock")),
                                Terminal.NONE,
                                _ -> {}));
        return Culvert.run(around, all.toArray(String[]::new));
    }

    private static String url(TestDaemon daemon) {
        return "http://127.0.0.1:" + daemon.port();
    }

    @Test
    void topShowsTheTurnsInProgress() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel", "resume");
                TestDaemon daemon = TestDaemon.with("", guest);
                EventReader events = daemon.stream()) {
            ScriptedGuest.Request message = guest.take();

            assertThat(run(url(daemon), "top", "--once")).isZero();
            assertThat(out.toString())
                    .startsWith("1 turn, ")
                    .contains("AGENT", "asked", " agent")
                    .doesNotContain(message.id());
            assertThat(run(url(daemon), "top", "--output", "name")).isZero();
            assertThat(out.toString()).contains(message.id());
            message.done(1, "end");
            assertThat(events.rest()).isNotEmpty();
        }
    }

    @Test
    void doctorFindsAnAgentThatIsAwayAndSaysWhichHopFails() throws Exception {
        String settings =
                "{\"agents\": [{\"id\": \"gone\", \"address\": \"unix:///nowhere/1.sock\"}]}";
        Path config = Files.writeString(folder.resolve("culvertd.jsonc"), settings);
        try (TestDaemon daemon = TestDaemon.start(settings)) {
            int code =
                    run(url(daemon), "doctor", "--output", "json", "--config", config.toString());
            assertThat(code).isEqualTo(1);
            Value diagnosis = Value.parse(out.toString());
            assertThat(diagnosis.number(0, "failures")).isPositive();
            assertThat(diagnosis.at("findings").list())
                    .anySatisfy(finding -> {
                        assertThat(finding.text("inspection")).isEqualTo("daemon");
                        assertThat(finding.text("grade")).isEqualTo("ok");
                    })
                    .anySatisfy(finding -> {
                        assertThat(finding.text("inspection")).isEqualTo("agents");
                        assertThat(finding.text("what")).startsWith("agent gone is ");
                        assertThat(finding.text("fix")).contains("VMM");
                    });
        }
    }

    @Test
    void bugreportWorksWithoutADaemon() throws Exception {
        String archive = folder.resolve("report.zip").toString();
        assertThat(run(NOBODY, "bugreport", "--preview")).isZero();
        assertThat(out.toString()).contains("summary.txt", "1-doctor/doctor.txt");
        assertThat(folder.toFile().list()).isEmpty();

        assertThat(run(NOBODY, "bugreport", "--file", archive)).isZero();
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("report.zip", "report.zip.names.json");
        assertThat(run(NOBODY, "bugreport", "--file", archive)).isEqualTo(2);
        assertThat(err.toString()).contains("report.zip exists: name another file with --file");
    }

    @Test
    void logsSaysSoIfNoLineIsAboutTheAgent() throws Exception {
        Path log = Files.writeString(folder.resolve("log"), "agent web is ready\n");

        assertThat(run(NOBODY, "logs", "--file", log.toString(), "--agent", "web")).isZero();
        assertThat(out.toString()).isEqualTo("agent web is ready\n");
        assertThat(err.toString()).isEmpty();

        assertThat(run(NOBODY, "logs", "--file", log.toString(), "--agent", "wbe")).isZero();
        assertThat(err.toString())
                .contains("none of the last 1 lines is one of those that you ask for");
    }

    @Test
    void explainKnowsEveryKeyAndSaysWhichOneMayHaveBeenMeant() {
        assertThat(run(NOBODY, "explain", "turns.remember")).isZero();
        assertThat(out.toString())
                .startsWith("turns.remember\n")
                .contains("CULVERT_TURNS_REMEMBER");
        assertThat(run(NOBODY, "explain", "pool", "--output", "name")).isZero();
        assertThat(out.toString())
                .endsWith("pool.max_waiting\npool.dial_pause\npool.idle_timeout\n");
        assertThat(run(NOBODY, "explain", "turn.remember")).isEqualTo(5);
        assertThat(err.toString())
                .isEqualTo(
                        "culvert: there is no key 'turn.remember': did you mean turns.remember?\n");
    }

    @Test
    void logsOfAFileAreFiltered() throws Exception {
        Path log = folder.resolve("log");
        Files.writeString(log, "INFO agent a is ready\nINFO agent b is ready\n");
        assertThat(run(NOBODY, "logs", "--file", log.toString(), "--agent", "b")).isZero();
        assertThat(out.toString()).isEqualTo("INFO agent b is ready\n");
    }

    @ParameterizedTest
    @CsvSource({
        "docter, doctor",
        "agents shwo, show",
        "turns lst, list",
        "config pirnt, print",
        "token rotat x, rotate",
        "top --onec, --once",
        "agents --otput json, --output",
        "agents list --stat=ready, --state",
        "agents add web-1 --adress unix:///x, --address",
        "token create --nmae ci --role admin, --name",
        "agents --output jsno, json",
        "completion bahs, bash",
        "log-level inof, info"
    })
    void aMisspeltWordOfTheCommandLineHasANearOne(String line, String meant) {
        assertThat(run(NOBODY, line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("; did you mean " + meant + "?");
    }

    @Test
    void aMisspeltAgentHasANearOne() throws Exception {
        try (TestDaemon daemon =
                TestDaemon.start(
                        "{\"agents\": [{\"id\": \"web-east\", \"address\":"
                                + " \"unix:///nowhere/1\"}]}")) {
            assertThat(run(url(daemon), "ping", "web-esat")).isEqualTo(5);
            assertThat(err.toString())
                    .contains("There is no agent 'web-esat'", "; did you mean web-east?\n");
            for (String verb : new String[] {"turns list", "turns watch", "top"}) {
                err.getBuffer().setLength(0);
                assertThat(run(url(daemon), (verb + " --agent web-est").split(" "))).isEqualTo(5);
                assertThat(err.toString()).as(verb).contains("; did you mean web-east?\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--scope agents:reed, scopes[0], agents:read",
        "--role viewer --scope admni, scopes[0], admin",
        "--role veiwer, roles[0], viewer"
    })
    void aMisspeltScopeOrRoleHasANearOneAndIsTheOnlyMistake(String flags, String key, String meant)
            throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String line = "token create --name ci " + flags;
            assertThat(run(url(daemon), line.split(" "))).isEqualTo(2);
            assertThat(err.toString())
                    .hasLineCount(1)
                    .contains(key + " is ", "; did you mean " + meant + "?")
                    .doesNotContain("neither");
            assertThat(out.toString()).isEmpty();
        }
    }
}
