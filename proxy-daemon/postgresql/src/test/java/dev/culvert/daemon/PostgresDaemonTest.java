package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.state.PostgresProcess;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose database is on a server. */
@Timeout(120)
class PostgresDaemonTest {
    private static final String ADDED =
            "{\"address\":\"tcp://127.0.0.1:1\",\"tool_allowlist\":[\"ls\"]}";

    private static PostgresProcess postgres;

    @TempDir Path directory;
    private String url;

    @BeforeAll
    static void start() throws IOException {
        postgres = PostgresProcess.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @BeforeEach
    void fresh() throws IOException {
        url = postgres.freshSchema().url().orElseThrow();
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return TestDaemon.with(
                "\"state_dir\": \"%s\", \"database\": {\"url\": \"%s\", \"user\": \"culvert\", \"password\": {\"file\": \"%s\"}},"
                        .formatted(directory.resolve("state"), url, postgres.password()),
                guest);
    }

    @Test
    void whatItKeepsSurvivesARestartAndNoOtherDaemonUsesIt() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start()) {
            guest.on("message", message -> message.done("yes"));
            HttpResponse<String> response;
            try (TestDaemon daemon = daemon(guest)) {
                assertThat(daemon.send("PUT", "/api/v1/agents/added", ADDED).statusCode())
                        .isEqualTo(201);
                response = daemon.post("/v1/responses", "{\"model\":\"a\",\"input\":\"hi\"}");
                daemon.awaitMetric("culvert_database_available", 1);
                Path other = directory.resolve("other");
                assertThatThrownBy(() ->
                                TestDaemon.with(
                                        "\"state_dir\": \"%s\", \"database\": {\"url\": \"%s\", \"user\": \"culvert\", \"password\": {\"file\": \"%s\"}},"
                                                .formatted(other, url, postgres.password()),
                                        guest))
                        .hasMessageContaining("another culvertd uses PostgreSQL at");
            }
            assertThat(directory.resolve("state/culvert.db")).doesNotExist();
            try (TestDaemon daemon = daemon(guest)) {
                assertThat(daemon.get("/api/v1/agents/added").statusCode()).isEqualTo(200);
                String id = response.body().replaceFirst(".*\"id\":\"(resp_[0-9a-f]*)\".*", "$1");
                assertThat(daemon.get("/v1/responses/" + id).body()).isEqualTo(response.body());
            }
        }
    }

    @Test
    void theServersOwnToolsCheckItAndBackItUp() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            TestDaemon.AdminAnswer check = daemon.admin("GET", "/api/v1/admin/database", "");
            assertThat(check.statusCode()).isEqualTo(501);
            assertThat(check.body()).contains("use pg_amcheck").contains("PostgreSQL at //");
            assertThat(daemon.admin("POST", "/api/v1/admin/database/backups", "").body())
                    .contains("use pg_dump");
        }
    }

    @Test
    void aRunningTurnDoesNotNoticeThatTheServerIsAway() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                MessageReader events =
                        new MessageReader(
                                daemon.stream(
                                        "POST",
                                        "/v1/responses",
                                        "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true}"))) {
            Request message = guest.take();
            message.chunk(1, "one");
            postgres.stop();
            try {
                HttpResponse<String> refused = daemon.send("PUT", "/api/v1/agents/added", ADDED);
                assertThat(refused.statusCode()).isEqualTo(500);
                assertThat(refused.body()).contains("could not be stored", "cannot be reached");
                daemon.awaitMetric("culvert_database_available", 0);
                message.done(2, "two");
                assertThat(events.rest().getLast()).startsWith("response.completed ");
            } finally {
                postgres.startAgain();
            }
            Eventually.await(() -> assertThat(added(daemon)).isEqualTo(201));
            daemon.awaitMetric("culvert_database_available", 1);
        }
    }

    private static int added(TestDaemon daemon) {
        try {
            return daemon.send("PUT", "/api/v1/agents/added", ADDED).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
