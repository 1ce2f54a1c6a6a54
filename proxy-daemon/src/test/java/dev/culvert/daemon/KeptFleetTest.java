package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon with a {@code state_dir} still knows of its agents after a restart. */
class KeptFleetTest {
    @TempDir Path directory;

    private String stateDir() {
        return "\"state_dir\": \"" + directory + "\",";
    }

    @Test
    void agentsOfClientsAndWhenAllWereLastHeardSurviveARestart() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.start("{" + stateDir() + "}")) {
            String body = "{\"address\": \"%s\", \"tenant\": \"acme\"}".formatted(guest.address());
            assertThat(daemon.put("/api/v1/agents/a", body).statusCode()).isEqualTo(201);
            daemon.awaitState("a", "ready");
        }
        try (TestDaemon daemon = TestDaemon.start("{" + stateDir() + "}")) {
            assertThat(daemon.get("/api/v1/agents/a").body())
                    .contains("\"tenant\":\"acme\"", "\"source\":\"api\"", "\"last_heard\":\"20");
            assertThat(daemon.send("DELETE", "/api/v1/agents/a", "").statusCode()).isEqualTo(204);
        }
        try (TestDaemon daemon = TestDaemon.start("{" + stateDir() + "}")) {
            assertThat(daemon.get("/api/v1/agents/a").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void whoChangedWhatSurvivesARestart() throws Exception {
        String run;
        try (TestDaemon daemon = TestDaemon.start("{" + stateDir() + "}")) {
            String body = "{\"address\": \"tcp://127.0.0.1:1\"}";
            run =
                    daemon.put("/api/v1/agents/a", body)
                            .headers()
                            .firstValue("culvert-op")
                            .orElseThrow();
            daemon.awaitBody("/api/v1/operations/runs/" + run, "\"state\":\"done\"");
        }
        try (TestDaemon daemon = TestDaemon.start("{" + stateDir() + "}")) {
            assertThat(daemon.get("/api/v1/operations/runs/" + run).body())
                    .contains("\"operation\":\"agents.add\"", "\"state\":\"done\"");
        }
    }

    @Test
    void aConflictWithTheSettingsIsShown() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{" + stateDir() + "}")) {
            String body = "{\"address\": \"tcp://127.0.0.1:1\"}";
            assertThat(daemon.put("/api/v1/agents/a", body).statusCode()).isEqualTo(201);
        }
        String inSettings = "\"agents\": [{\"id\": \"a\", \"address\": \"tcp://127.0.0.1:2\"}]";
        try (TestDaemon daemon = TestDaemon.start("{" + stateDir() + inSettings + "}")) {
            assertThat(daemon.get("/api/v1/agents/a").body())
                    .contains("\"address\":\"tcp://127.0.0.1:2\"", "\"source\":\"file\"")
                    .contains("\"conflict\":\"the settings name it, and a client added it");
        }
    }
}
