package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.value.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert fleet} and {@code culvert db} against daemons that run. */
@Timeout(60)
class FleetAndDatabaseVerbsTest {
    private static final String CONFIG =
            "{\"config\": {\"model\": \"m\", \"n\": 1.50}, \"tool_allowlist\": [\"ls\", \"cat *\"]}";

    @TempDir Path folder;

    private TestDaemon daemon(String name, String more) throws Exception {
        return TestDaemon.start(
                "{\"state_dir\": \"%s\", \"admin\": {\"listen\": [\"unix://%s\"]}, %s}"
                        .formatted(folder.resolve(name), socket(name), more));
    }

    private Path socket(String name) {
        return folder.resolve(name + ".sock");
    }

    private User operator(String name) {
        return new User(folder).with("CULVERT_URL", "unix://" + socket(name));
    }

    @Test
    void aFleetIsExportedAndImportedIntoAnotherDaemonWithAllItsConfigurations() throws Exception {
        String inSettings =
                "\"agents\": [{\"id\": \"f\", \"cid\": 3, \"config\": {\"of\": \"the file\"}},"
                        + " {\"id\": \"plain\", \"address\": \"tcp://127.0.0.1:1\", \"tenant\": \"acme\"}]";
        Path file = folder.resolve("fleet.json");
        try (TestDaemon old = daemon("old", inSettings)) {
            String body = "{\"address\": \"tcp://127.0.0.1:2\"}";
            assertThat(old.put("/api/v1/agents/a", body).statusCode()).isEqualTo(201);
            assertThat(old.put("/api/v1/agents/a/config", CONFIG).statusCode()).isEqualTo(202);
            CommandRun export = operator("old").run("fleet", "export");
            assertThat(export.code()).as(export.err()).isZero();
            Files.writeString(file, export.out());
        }
        assertThat(Value.parse(Files.readString(file)).json())
                .isEqualTo(
                        "{\"agents\":["
                                + "{\"id\":\"a\",\"tenant\":\"default\",\"address\":\"tcp://127.0.0.1:2\",\"config\":{\"model\":\"m\",\"n\":1.50},\"tool_allowlist\":[\"ls\",\"cat *\"]},"
                                + "{\"id\":\"f\",\"tenant\":\"default\",\"address\":\"vsock://3:1024\",\"config\":{\"of\":\"the file\"},\"tool_allowlist\":[]},"
                                + "{\"id\":\"plain\",\"tenant\":\"acme\",\"address\":\"tcp://127.0.0.1:1\"}]}");

        try (TestDaemon _ = daemon("new", "")) {
            CommandRun first = operator("new").run("fleet", "import", file.toString());
            assertThat(first.code()).as(first.err()).isZero();
            assertThat(first.err()).contains("3 of 3 agents imported");
            assertThat(operator("new").run("fleet", "export").out())
                    .isEqualTo(Files.readString(file));
        }
        try (TestDaemon _ = daemon("new", "")) { // after a restart
            assertThat(operator("new").run("fleet", "export", "-o", "name").out())
                    .isEqualTo("a\nf\nplain\n");
        }
    }

    @Test
    void anAgentThatIsRefusedIsNamedAndTheOthersAreImported() throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("fleet.json"),
                        "[{\"id\": \"a\", \"address\": \"nonsense\"}, {\"id\": \"b\", \"address\": \"tcp://127.0.0.1:1\"}]");
        try (TestDaemon daemon = daemon("new", "")) {
            CommandRun run = operator("new").run("fleet", "import", file.toString());

            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).contains("agent 'a' was not imported:", "1 of 2 agents imported");
            assertThat(daemon.get("/api/v1/agents/b").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatIsNoFleetIsAMistakeOfTheCaller() throws Exception {
        Path file = Files.writeString(folder.resolve("fleet.json"), "{\"agents\": [{}]}");
        try (TestDaemon _ = daemon("new", "")) {
            CommandRun run = operator("new").run("fleet", "import", file.toString());

            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains("is no export of a fleet");
        }
    }

    @Test
    void theDatabaseIsCheckedAndBackedUpWhileTheDaemonRuns() throws Exception {
        try (TestDaemon _ = daemon("old", "")) {
            assertThat(operator("old").run("db", "check").out()).contains("ok", "culvert.db");
            assertThat(operator("old").run("db", "check", "--quick").out())
                    .contains("ok", "culvert.db");
            CommandRun copy = operator("old").run("db", "backup", "one.db");
            assertThat(copy.code()).as(copy.err()).isZero();
            assertThat(copy.err())
                    .contains("the backup is " + folder.resolve("old/backups/one.db"));
            assertThat(operator("old").run("db", "backup", "one.db").err())
                    .contains("There is a backup " + folder.resolve("old/backups/one.db"));
            assertThat(operator("old").run("db", "backup", "../x").err()).contains("is not valid");
            assertThat(operator("old").run("db", "backup").err())
                    .containsPattern("backups/culvert-\\d{8}T\\d{6}Z\\.db");
            assertThat(operator("old").run("op").out()).contains("db.backup");
            assertThat(
                            TestDaemon.ask(
                                            socket("old"),
                                            "POST",
                                            "/api/v1/admin/database/backups",
                                            "{\"n\":1}")
                                    .body())
                    .contains("The body takes one member, 'name', a text; it has 'n'.");
        }
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + folder.resolve("old/backups/one.db"));
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeQuery("SELECT version FROM schema_version").next())
                    .isTrue();
        }
    }

    @Test
    void withoutAStateDirThereIsNoDatabase() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            var answer = daemon.admin("GET", "/api/v1/admin/database", "");

            assertThat(answer.statusCode()).isEqualTo(501);
            assertThat(answer.body()).contains("set state_dir");
        }
    }
}
