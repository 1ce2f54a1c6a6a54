package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A {@code state_dir} that hangs: a file of it is a pipe into which nobody writes. */
class StateDirTest {
    private static final String CONFIG = "{\"config\":{},\"tool_allowlist\":[]}";
    private static final String BUSY = "culvert_workers_busy{room=\"files\"}";
    private static final String WAITING = "culvert_workers_waiting{room=\"files\"}";

    @TempDir Path directory;

    @Test
    void aDiskThatHangsForOneAgentHoldsUpNobodyElseAndCostsOneThread() throws Exception {
        Path pipe = pipe("hung");
        String more =
                "\"state_dir\": \"%s\", \"workers\": {\"threads\": 2, \"queue\": 2},"
                        .formatted(directory);
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(more, guest)) {
            String hung = "/api/v1/agents/hung";
            String body = "{\"address\":\"tcp://127.0.0.1:1\"}";
            CompletableFuture<HttpResponse<String>> first = daemon.begin("PUT", hung, body);
            daemon.awaitMetric(BUSY, 1);
            CompletableFuture<HttpResponse<String>> second = daemon.begin("PUT", hung, body);
            CompletableFuture<HttpResponse<String>> third = daemon.begin("PUT", hung, body);
            daemon.awaitMetric(WAITING, 2);

            assertThat(daemon.put("/agents/x", "{\"address\":\"tcp://127.0.0.1:2\"}").statusCode())
                    .isEqualTo(201);
            assertThat(daemon.put("/api/v1/agents/a/config", CONFIG).statusCode()).isEqualTo(200);
            assertThat(daemon.send("DELETE", "/agents/x", "").statusCode()).isEqualTo(204);
            daemon.write("{" + more + TestDaemon.agents(guest) + "}");
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            assertThat(daemon.send("DELETE", "/agents/a", "").statusCode()).isEqualTo(204);
            daemon.awaitMetric(BUSY, 1);

            HttpResponse<String> refused = daemon.put(hung, body);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            assertThat(refused.body()).contains("workers.queue", "culvert_workers_busy");
            daemon.awaitMetric("culvert_workers_refused_total{room=\"files\"}", 1);

            try (var writer = Files.newOutputStream(pipe, StandardOpenOption.WRITE)) {
                Files.delete(pipe);
                writer.write('x');
            }

            assertThat(first.get().statusCode()).isEqualTo(500);
            assertThat(first.get().body()).contains(pipe + " is damaged");
            assertThat(second.get().statusCode() + third.get().statusCode()).isEqualTo(201 + 200);
        }
    }

    private Path pipe(String agent) throws Exception {
        Path pipe = Files.createDirectory(directory.resolve("desired")).resolve(agent + ".desired");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        return pipe;
    }
}
