package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the checks of health say while the registry of the cluster has not been read. */
@Timeout(60)
class ClusterReadinessTest {
    private static final String UNREAD = "has not read the registry of its cluster yet";

    private static TestDaemon start(String readyWait) throws Exception {
        return TestDaemon.start(
                """
                {"cluster": {
                  "servers": ["nats://127.0.0.1:1"], "name": "host-1",
                  "url": "https://host-1.example.org", "ready_wait": "%s"
                }}
                """
                        .formatted(readyWait));
    }

    @Test
    void aHostThatJoinsTakesNoWorkYetAndLives() throws Exception {
        try (TestDaemon daemon = start("10m")) {
            var ready = daemon.get("/readyz");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("\"status\":\"joining\"", UNREAD, "culvert hosts");
            assertThat(daemon.get("/healthz").statusCode()).isEqualTo(503);
            assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aHostThatWaitedInVainTakesWorkAndSaysWhatItLacks() throws Exception {
        try (TestDaemon daemon = start("0s")) {
            var ready = daemon.get("/readyz");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ready.body()).contains("\"status\":\"ok\"", UNREAD);
        }
    }

    @Test
    void aHostThatDrainsWhileItJoinsSaysThatItDrains() throws Exception {
        try (TestDaemon daemon = start("10m")) {
            assertThat(daemon.admin("POST", "/api/v1/admin/drain", "").statusCode()).isEqualTo(200);

            var ready = daemon.get("/readyz");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("\"status\":\"draining\"", UNREAD);
        }
    }

    @Test
    void aDaemonWithoutAClusterIsReadyAtOnce() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            var ready = daemon.get("/readyz");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ready.body()).contains("\"status\":\"ok\"").doesNotContain("cluster");
        }
    }
}
