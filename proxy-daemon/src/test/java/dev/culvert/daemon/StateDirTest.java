package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A {@code state_dir} that hangs: another program has locked its database. */
class StateDirTest {
    private static final String CONFIG = "{\"config\":{},\"tool_allowlist\":[]}";
    private static final String PATH = "/api/v1/agents/a/config";
    private static final String BUSY = "culvert_workers_busy{room=\"files\"}";
    private static final String WAITING = "culvert_workers_waiting{room=\"files\"}";

    @TempDir Path directory;

    @Test
    void aDiskThatHangsHoldsUpOnlyThoseWhoNeedItAndCostsOneThreadForAnAgent() throws Exception {
        String more =
                "\"state_dir\": \"%s\", \"workers\": {\"threads\": 2, \"queue\": 2},"
                        .formatted(directory);
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(more, guest)) {
            guest.on("message", request -> request.done("hello"));
            CompletableFuture<HttpResponse<String>> first;
            CompletableFuture<HttpResponse<String>> second;
            CompletableFuture<HttpResponse<String>> third;
            try (Connection other = locked()) {
                first = daemon.begin("PUT", PATH, CONFIG);
                daemon.awaitMetric(BUSY, 1);
                second = daemon.begin("PUT", PATH, CONFIG);
                third = daemon.begin("PUT", PATH, CONFIG);
                daemon.awaitMetric(WAITING, 2);

                HttpResponse<String> refused = daemon.put(PATH, CONFIG);
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("retry-after")).isPresent();
                assertThat(refused.body()).contains("workers.queue", "culvert_workers_busy");
                daemon.awaitMetric("culvert_workers_refused_total{room=\"files\"}", 1);
                assertThat(daemon.get("/api/v1/agents/a").statusCode()).isEqualTo(200);
                assertThat(daemon.post("/api/v1/agents/a/ping", "").statusCode()).isEqualTo(200);
                assertThat(daemon.post("/api/v1/agents/a/message", TestDaemon.MESSAGE).body())
                        .contains("hello");
                daemon.awaitMetric(BUSY, 1);
                execute(other, "ROLLBACK");
            }

            assertThat(first.get().statusCode()).isEqualTo(200);
            assertThat(second.get().statusCode()).isEqualTo(200);
            assertThat(third.get().statusCode()).isEqualTo(200);
        }
    }

    private Connection locked() throws SQLException {
        Connection connection =
                DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("culvert.db"));
        execute(connection, "BEGIN IMMEDIATE");
        return connection;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
