package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code tools} of the settings: policies above those of the agents themselves. */
@Timeout(60)
class PoliciesOfTheHostTest {
    private static final String CONFIG = "/api/v1/agents/a/config";
    private static final String OWN =
            "{\"config\":{},\"tool_allowlist\":null,\"tools\":{\"policy\":{\"rules\":"
                    + "[{\"decision\":\"allow\",\"tools\":[\"read_file\"]}]}}}";

    @TempDir private Path folder;
    private Path policy;

    @BeforeEach
    void writeThePolicy() throws IOException {
        policy = folder.resolve("policy.jsonc");
        allow("read_file");
    }

    private void allow(String tool) throws IOException {
        Files.writeString(
                policy,
                "{\"rules\": [{\"decision\": \"allow\", \"tools\": [\"%s\"]}]} // one rule"
                        .formatted(tool));
    }

    private static String sent(String tool) {
        return "{\"policies\":[{\"level\":\"host\",\"policy\":{\"rules\": [{\"decision\": \"allow\", \"tools\": [\"%s\"]}]}}],"
                .formatted(tool);
    }

    private String settings(ScriptedGuest guest, String more) {
        return "{" + more + TestDaemon.agents(guest) + "}";
    }

    private String tools() {
        return "\"tools\": {\"policy\": \"" + policy + "\"}, ";
    }

    @Test
    void anAgentGetsThemWithItsConfigurationAndAlsoWithoutOne() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.start(settings(guest, tools()))) {
            daemon.awaitState("a", "ready");

            assertThat(daemon.put(CONFIG, OWN).statusCode()).isEqualTo(200);

            assertThat(guest.seen("config_update"))
                    .containsExactly(
                            sent("read_file") + "\"config\":{},\"tool_allowlist\":null}",
                            sent("read_file") + OWN.substring(1));
        }
    }

    @Test
    void aReloadBringsWhatHasChangedAndTakesAwayWhatIsGone() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.start(settings(guest, tools()))) {
            daemon.awaitState("a", "ready");
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            allow("list_dir");
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            Eventually.await(() -> assertThat(guest.seen("config_update")).hasSize(2));
            Files.writeString(policy, "{\"rules\": [{}]}");
            assertThat(daemon.reload().body()).contains("'decision' is missing");
            daemon.write(settings(guest, ""));
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            Eventually.await(() -> assertThat(guest.seen("config_update")).hasSize(3));

            assertThat(guest.seen("config_update"))
                    .containsExactly(
                            sent("read_file") + "\"config\":{},\"tool_allowlist\":null}",
                            sent("list_dir") + "\"config\":{},\"tool_allowlist\":null}",
                            "{\"config\":{},\"tool_allowlist\":null}");
        }
    }

    @Test
    void anAgentWithToolsThatDoesNotConfirmThemIsNotReady() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("tools");
                TestDaemon daemon = TestDaemon.start(settings(guest, tools()))) {
            daemon.awaitAgent("a", "without the policies above it");

            assertThat(daemon.get("/api/v1/agents/a").body())
                    .contains("\"state\":\"connecting\"", "upgrade culvert-agent");
        }
    }

    @Test
    void anAgentThatConfirmsOthersIsNotReady() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start()) {
            guest.on(
                    "config_update",
                    it -> it.reply("config_ack", "{\"applied\":true,\"policy\":\"sha256:0\"}"));
            try (TestDaemon daemon = TestDaemon.start(settings(guest, tools()))) {
                daemon.awaitAgent("a", "without the policies above it");

                assertThat(daemon.get("/api/v1/agents/a").body())
                        .contains("\"state\":\"connecting\"");
            }
        }
    }

    @Test
    void showsWhereThePoliciesOfAnAgentComeFrom() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.start(settings(guest, tools()))) {
            daemon.awaitState("a", "ready");
            String above = "[{\"level\":\"host\",\"from\":\"tools.policy\",\"version\":\"sha256:";

            assertThat(daemon.get("/api/v1/agents/a").body())
                    .contains("\"policies\":" + above)
                    .endsWith("\"rules\":1}]}");
            assertThat(daemon.get(CONFIG).body())
                    .contains(
                            "\"policy\":{\"wanted\":\"sha256:",
                            "\"in_force\":\"\",\"above\":" + above)
                    .doesNotContain("\"decision\"");
            assertThat(daemon.get(CONFIG + "?contents=1").body())
                    .contains("\"rules\":1,\"policy\":{\"rules\": [{\"decision\": \"allow\"");
        }
    }

    @Test
    void aRuleOfAnAgentThatCanMatchNothingIsAWarningWithItsLine() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.start(settings(guest, ""))) {
            daemon.awaitState("a", "ready");

            var put = daemon.put(CONFIG, OWN.replace("\"read_file\"", ""));

            assertThat(put.statusCode()).isEqualTo(200);
            assertThat(put.body())
                    .contains(
                            "\"warnings\":[\"tools.policy:1:11: rules[0] can match nothing: its tools are"
                                    + " an empty list\"]");
        }
    }

    @Test
    void aClientCannotWriteThem() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.start(settings(guest, tools()))) {
            daemon.awaitState("a", "ready");

            var refused = daemon.put(CONFIG, "{\"policies\":[]," + OWN.substring(1));

            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("'policies' is what the daemon itself adds");
        }
    }
}
