package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.io.LogStream;
import dev.culvert.testing.Eventually;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The structured records of the daemon's log, and who asks for them. */
class LogRecordsTest {
    private static final String LOG = "/api/v1/admin/log";

    private final PrintStream before = System.err;
    @TempDir Path folder;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        System.setErr(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        LogStream.install(Map.of());
        daemon =
                TestDaemon.start(
                        "{\"admin\": {\"listen\": [\"unix://%s\"]}}"
                                .formatted(folder.resolve("admin.sock")));
    }

    @AfterEach
    void stop() {
        daemon.close();
        System.setErr(before);
    }

    private List<Value> records(String query) {
        try {
            return Value.parse(ask("GET", LOG + "?" + query).body()).at("records").list();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TestDaemon.AdminAnswer ask(String method, String path) throws IOException {
        return TestDaemon.ask(folder.resolve("admin.sock"), method, path, "");
    }

    /** A change that fails; returns its id. */
    private String failed() throws IOException {
        daemon.write("{\"nonsense\": 1}");
        return ask("POST", "/api/v1/admin/reload")
                .head()
                .replaceFirst("(?s).*culvert-op: (\\w+).*", "$1");
    }

    @Test
    void aChangeHasARecordOfItsBeginningItsLinesAndItsEnd() throws Exception {
        String id = failed();
        Eventually.await(() -> assertThat(records("op=" + id)).hasSizeGreaterThanOrEqualTo(3));

        List<Value> records = records("op=" + id);
        assertThat(records).extracting(it -> it.text("phase")).startsWith("begin").endsWith("end");
        assertThat(records).extracting(it -> it.text("phase")).contains("work");
        assertThat(records)
                .allSatisfy(it -> {
                    assertThat(it.text("time")).matches("2\\d{3}-.*Z");
                    assertThat(it.text("operation")).isEqualTo("reload");
                    assertThat(it.text("op")).isEqualTo(id);
                    assertThat(it.text("correlation"))
                            .isEqualTo(records.getFirst().text("correlation"));
                    assertThat(it.text("message")).isNotEmpty();
                    assertThat(it.at("context").text("caller")).isNotEmpty();
                });
        Value end = records.getLast();
        assertThat(end.text("level")).isEqualTo("warn");
        assertThat(end.at("context").text("milliseconds")).matches("\\d+");
        assertThat(end.at("error").text("type")).isEqualTo("http.422");
        assertThat(end.at("error", "recovery").list()).isNotEmpty();
        assertThat(records(("op=" + end.text("correlation")))).hasSameSizeAs(records);
    }

    @Test
    void recordsAreAskedForByTimeLevelOperationAndText() throws Exception {
        daemon.put("/api/v1/agents/new", "{\"address\":\"unix:///nowhere/1\"}");
        String id = failed();
        Eventually.await(() -> assertThat(records("op=" + id)).hasSizeGreaterThanOrEqualTo(3));

        assertThat(records("operation=agents"))
                .isNotEmpty()
                .allSatisfy(it -> {
                    assertThat(it.text("operation")).isEqualTo("agents.add");
                    assertThat(it.at("context", "resources").text("agent")).isEqualTo("new");
                });
        assertThat(records("operation=agent")).isEmpty();
        assertThat(records("level=warn"))
                .isNotEmpty()
                .allSatisfy(it -> assertThat(it.text("level")).isIn("warn", "error"));
        assertThat(records("text=NOT%20reloaded"))
                .isNotEmpty()
                .allSatisfy(it -> assertThat(it.text("message")).contains("not reloaded"));
        assertThat(records("since=1h")).isNotEmpty();
        assertThat(records("until=1h")).isEmpty();
        assertThat(records("since=2999-01-01T00:00:00Z")).isEmpty();
        assertThat(records("limit=1")).hasSize(1);
        String first = records("limit=5000").getFirst().text("number");
        assertThat(records("limit=1&after=" + first).getFirst().number(0, "number"))
                .isEqualTo(Long.parseLong(first) + 1);
    }

    @Test
    void aWrongQueryIsRefusedWithWhatItTakes() throws Exception {
        for (String query : List.of("since=soon", "level=loud", "limit=0", "after=x", "until=5y")) {
            String name = query.split("=", 2)[0];
            assertThat(ask("GET", LOG + "?" + query).head()).contains(" 400 ");
            assertThat(ask("GET", LOG + "?" + query).body()).contains("'" + name + "'", "takes");
        }
    }

    @Test
    void aLineOfNoChangeHasTheIdThatAllSuchLinesOfThisStartHave() throws Exception {
        daemon.put("/api/v1/agents/new", "{\"address\":\"unix:///nowhere/1\"}");

        assertThat(records("limit=5000"))
                .filteredOn(it -> it.text("op").isEmpty())
                .allSatisfy(it -> {
                    assertThat(it.text("operation")).isEqualTo("daemon");
                    assertThat(it.text("phase")).isEqualTo("running");
                    assertThat(it.text("correlation")).isNotEmpty();
                });
    }

    @Test
    void theCommandShowsThemAndTheWholeLogOfAChange() throws Exception {
        String id = failed();
        Eventually.await(() -> assertThat(records("op=" + id)).hasSizeGreaterThanOrEqualTo(3));
        User user = new User(folder);

        assertThat(
                        user.run(
                                        "logs",
                                        "--operation",
                                        "reload",
                                        "--level",
                                        "warn",
                                        "--since",
                                        "5m")
                                .out())
                .contains(" reload end: reload failed: ", "http.422: ", "→ ");
        assertThat(user.run("logs", "--from", "daemon", "--op", id, "-o", "jsonl").out().lines())
                .allSatisfy(it -> assertThat(Value.parse(it).text("op")).isEqualTo(id));
        assertThat(user.run("op", id).out())
                .contains("reload begin: ", "reload work: ", "not reloaded", "reload end: ");
        CommandRun none = user.run("logs", "--from", "daemon", "--text", "nobody said this");
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).contains("operations.log.keep");
    }

    @Test
    void wrongFlagsAreAMistakeThatSaysWhatTheyTake() {
        User user = new User(folder);
        for (List<String> wrong :
                List.of(
                        List.of("--since", "soon"),
                        List.of("--level", "loud"),
                        List.of("--lines", "0"),
                        List.of("--from", "journal", "--operation", "reload"),
                        List.of("--file", "x", "--operation", "reload"))) {
            CommandRun run =
                    user.run(
                            Stream.concat(Stream.of("logs"), wrong.stream())
                                    .toArray(String[]::new));
            assertThat(run.code()).as(wrong.toString()).isEqualTo(2);
            assertThat(run.err()).contains(wrong.getFirst());
        }
    }

    @Test
    void whatTheConsoleRanIsKeptWithItsErrorAndWithoutSecrets() throws Exception {
        User user = new User(folder).with("XDG_STATE_HOME", folder.resolve("state").toString());
        user.run("exec", "/agents show nobody", "--mode", "apply");
        user.run("exec", "/agents show cvt_abcdefghijklmnop", "--mode", "apply");
        List<Value> records =
                user.run("logs", "--from", "commands", "-o", "jsonl")
                        .out()
                        .lines()
                        .map(LogRecordsTest::parsed)
                        .toList();

        assertThat(records)
                .extracting(it -> it.text("phase"))
                .containsExactly("begin", "end", "begin", "end");
        Value end = records.get(1);
        assertThat(end.text("operation")).isEqualTo("agents show");
        assertThat(end.text("level")).isEqualTo("warn");
        assertThat(end.text("correlation")).isEqualTo(records.getFirst().text("correlation"));
        assertThat(end.at("context", "resources").list()).hasSize(1);
        assertThat(end.at("context").text("milliseconds")).matches("\\d+");
        assertThat(end.at("error").text("type")).isEqualTo("ProblemException");
        assertThat(end.at("error").text("message")).contains("nobody");
        assertThat(end.at("error", "stack").list()).isNotEmpty();
        assertThat(end.at("error", "recovery").list()).isNotEmpty();
        assertThat(records.toString()).doesNotContain("abcdefghijklmnop");
        assertThat(
                        user.run(
                                        "logs",
                                        "--from",
                                        "commands",
                                        "--operation",
                                        "agents",
                                        "--level",
                                        "warn")
                                .out())
                .contains("agents show end: exit code 5", "→ ");
        assertThat(user.run("logs", "--from", "commands", "--text", "no such words").out())
                .isEmpty();
    }

    private static Value parsed(String json) {
        try {
            return Value.parse(json);
        } catch (BadValueException e) {
            throw new IllegalStateException(e);
        }
    }
}
