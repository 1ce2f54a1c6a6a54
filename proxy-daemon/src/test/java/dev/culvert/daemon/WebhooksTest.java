package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.http.tls.TestCertificates;
import dev.culvert.daemon.webhooks.TestReceiver;
import dev.culvert.daemon.webhooks.TestReceiver.Message;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WebhooksTest {
    private static final String PATH = "/api/v1/webhooks";

    @TempDir Path directory;
    private Path secret = Path.of("none");

    @BeforeEach
    void writeSecret() throws IOException {
        secret = Files.writeString(directory.resolve("secret"), TestReceiver.SECRET + "\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    }

    private String setting(TestReceiver receiver, String more) {
        return "\"webhooks\": [%s],"
                .formatted(
                        receiver.setting("pager", more).replace("SECRET_FILE", secret.toString()));
    }

    private static String deliveries(TestDaemon daemon) {
        try {
            return daemon.admin("GET", PATH + "/pager/deliveries", "").body();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tellsWhenAnAgentComesAndGoes() throws Exception {
        ScriptedGuest guest = ScriptedGuest.start();
        try (TestReceiver receiver = new TestReceiver();
                TestDaemon daemon = TestDaemon.with(setting(receiver, ""), guest)) {
            Message online = receiver.await(it -> it.body().contains("agent.online"));
            assertThat(online.refusal()).isEmpty();
            assertThat(online.body())
                    .startsWith("{\"type\":\"agent.online\",\"timestamp\":\"")
                    .contains("\"agent\":\"a\",\"tenant\":\"default\",\"state\":\"ready\"");

            guest.close();

            Message offline = receiver.await(it -> it.body().contains("agent.offline"));
            assertThat(offline.body()).contains("\"state\":\"unreachable\"", "\"error\":\"");
            assertThat(daemon.admin("GET", PATH, "").body())
                    .contains(
                            "\"name\":\"pager\"",
                            "\"receiver\":\"http://127.0.0.1:",
                            "\"state\":\"ok\"")
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void tellsOnceWhenAnAgentLacksItsConfigurationForLongAndWhenItHasIt() throws Exception {
        try (TestReceiver receiver = new TestReceiver();
                ScriptedGuest guest = ScriptedGuest.start()) {
            guest.on("config_update", it -> it.error("invalid_payload", "no such model"));
            String agent =
                    "\"home\": {\"drift_after\": \"50ms\"}, \"agents\": [{\"id\": \"a\", \"address\": \"%s\", \"config\": {\"model\": \"m\"}}]"
                            .formatted(guest.address());
            try (TestDaemon daemon = TestDaemon.start("{" + setting(receiver, "") + agent + "}")) {
                Message drift = receiver.await(it -> it.body().contains("agent.drift"));
                assertThat(drift.refusal()).isEmpty();
                assertThat(drift.body())
                        .contains(
                                "\"agent\":\"a\",\"tenant\":\"default\",\"state\":\"connecting\"",
                                "\"desired_revision\":1,\"applied_revision\":0");
                daemon.awaitMetric("culvert_agents_drifting", 1);

                guest.on("config_update", ScriptedGuest.ACKNOWLEDGE);
                assertThat(
                                daemon.put(
                                                "/api/v1/agents/a/config",
                                                "{\"config\": {\"model\": \"other\"}, \"tool_allowlist\": null}")
                                        .statusCode())
                        .isEqualTo(200);

                Message inStep = receiver.await(it -> it.body().contains("agent.in_step"));
                assertThat(inStep.body())
                        .contains("\"desired_revision\":2,\"applied_revision\":2,\"error\":null");
                daemon.awaitMetric("culvert_agents_drifting", 0);
                assertThat(receiver.messages())
                        .filteredOn(it -> it.body().contains("agent.drift"))
                        .hasSize(1);
            }
        }
    }

    @Test
    void aDriftIsToldOnceAndItsEndTooAlsoIfTheDaemonIsRestartedInBetween(@TempDir Path state)
            throws Exception {
        try (TestReceiver receiver = new TestReceiver();
                ScriptedGuest guest = ScriptedGuest.start()) {
            guest.on("config_update", it -> it.error("invalid_payload", "no such model"));
            String settings =
                    "{%s\"state_dir\": \"%s\", \"home\": {\"drift_after\": \"50ms\"}, \"agents\": [{\"id\": \"a\", \"address\": \"%s\", \"config\": {\"model\": \"m\"}}]}"
                            .formatted(setting(receiver, ""), state, guest.address());
            Message drift;
            try (TestDaemon _ = TestDaemon.start(settings)) {
                drift = receiver.await(it -> it.body().contains("agent.drift"));
            }
            try (TestDaemon daemon = TestDaemon.start(settings)) {
                daemon.awaitAgent("a", "no such model");
                daemon.awaitMetric("culvert_agents_drifting", 1);
            }
            guest.on("config_update", ScriptedGuest.ACKNOWLEDGE);
            try (TestDaemon daemon = TestDaemon.start(settings)) {
                Message inStep = receiver.await(it -> it.body().contains("agent.in_step"));

                assertThat(since(inStep)).isEqualTo(since(drift));
                daemon.awaitState("a", "ready");
                daemon.awaitMetric("culvert_agents_drifting", 0);
            }
            try (TestDaemon daemon = TestDaemon.start(settings)) {
                daemon.awaitState("a", "ready");
            }
            assertThat(told(receiver, "agent.drift")).hasSize(1);
            assertThat(told(receiver, "agent.in_step")).hasSize(1);
        }
    }

    /** Ids: a message may come again whose answer a daemon that stops has not read. */
    private static Set<String> told(TestReceiver receiver, String event) {
        return receiver.messages().stream()
                .filter(it -> it.body().contains(event))
                .map(Message::id)
                .collect(Collectors.toSet());
    }

    private static String since(Message message) {
        return message.body().replaceFirst(".*\"since\":\"([^\"]*)\".*", "$1");
    }

    @Test
    void anAgentThatIsInStepBeforeTheTimeIsNotToldOf() throws Exception {
        try (TestReceiver receiver = new TestReceiver();
                ScriptedGuest guest = ScriptedGuest.start()) {
            guest.on("config_update", it -> it.error("invalid_payload", "no such model"));
            String agent =
                    "\"home\": {\"drift_after\": \"1h\"}, \"agents\": [{\"id\": \"a\", \"address\": \"%s\", \"config\": {\"model\": \"m\"}}]"
                            .formatted(guest.address());
            try (TestDaemon daemon = TestDaemon.start("{" + setting(receiver, "") + agent + "}")) {
                daemon.awaitAgent("a", "no such model");
                guest.on("config_update", ScriptedGuest.ACKNOWLEDGE);
                daemon.put(
                        "/api/v1/agents/a/config",
                        "{\"config\": {\"model\": \"other\"}, \"tool_allowlist\": null}");

                receiver.await(it -> it.body().contains("agent.online"));
                assertThat(receiver.messages())
                        .noneMatch(it -> it.body().matches(".*agent\\.(drift|in_step).*"));
            }
        }
    }

    @Test
    void tellsOfCallsThatWaitForADecisionButNotTheirArguments() throws Exception {
        try (TestReceiver receiver = new TestReceiver();
                ApprovingGuest guest = ApprovingGuest.start();
                TestDaemon daemon =
                        TestDaemon.with(
                                setting(
                                        receiver,
                                        ", \"events\": [\"approval.asked\", \"approval.decided\"]"),
                                guest.guest())) {
            String approval = guest.newId();
            guest.ask(approval);
            Message asked = receiver.await(it -> it.body().contains("approval.asked"));
            assertThat(asked.body())
                    .contains(approval, "\"state\":\"pending\"")
                    .doesNotContain("arguments", "argv");

            daemon.post("/api/v1/approvals/" + approval, "{\"decision\":\"allow\"}");

            assertThat(receiver.await(it -> it.body().contains("approval.decided")).body())
                    .contains("\"state\":\"allowed\"", "\"decided_by\":\"anybody\"");
            assertThat(receiver.messages())
                    .noneMatch(it -> it.body().contains("agent.online"))
                    .allMatch(it -> it.refusal().isEmpty());
        }
    }

    @Test
    void whatWasNotTakenIsSentAgainAfterARestartWithTheSameId() throws Exception {
        String state = "\"state_dir\": \"" + directory.resolve("state") + "\",";
        try (TestReceiver receiver = new TestReceiver();
                ScriptedGuest guest = ScriptedGuest.start()) {
            receiver.answers(503);
            try (TestDaemon daemon = TestDaemon.with(state + setting(receiver, ""), guest)) {
                receiver.await(it -> it.body().contains("agent.online"));
                Eventually.await(() ->
                        assertThat(deliveries(daemon))
                                .contains("\"state\":\"waiting\"", "answered 503"));
            }
            List<Message> before = List.copyOf(receiver.messages());
            receiver.answers(200);
            try (TestDaemon daemon = TestDaemon.start("{" + state + setting(receiver, "") + "}")) {
                String id = before.getFirst().id();

                receiver.await(it -> it.id().equals(id) && it.status() == 200);

                Eventually.await(() ->
                        assertThat(deliveries(daemon)).contains(id, "\"state\":\"delivered\""));
            }
        }
    }

    @Test
    void atestSaysHowItWent() throws Exception {
        try (TestReceiver receiver = new TestReceiver();
                TestDaemon daemon = TestDaemon.start("{" + setting(receiver, "") + "}")) {
            TestDaemon.AdminAnswer good = daemon.admin("POST", PATH + "/pager/test", "");
            receiver.answers(404);
            TestDaemon.AdminAnswer bad = daemon.admin("POST", PATH + "/pager/test", "");

            assertThat(good.statusCode()).isEqualTo(200);
            assertThat(good.body()).contains("\"result\":\"delivered\",\"status\":204");
            assertThat(receiver.messages().getFirst().body()).contains("\"webhook.test\"");
            assertThat(bad.statusCode()).isEqualTo(502);
            assertThat(bad.body())
                    .contains(
                            "The webhook 'pager' did not take the message: the receiver answered 404");
            assertThat(daemon.admin("POST", PATH + "/other/test", "").statusCode()).isEqualTo(404);
            assertThat(daemon.admin("GET", PATH + "/other/deliveries", "").statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void aReloadAddsAndRemovesWebhooks() throws Exception {
        try (TestReceiver receiver = new TestReceiver();
                TestDaemon daemon = TestDaemon.start("{}")) {
            assertThat(daemon.admin("POST", PATH + "/pager/test", "").statusCode()).isEqualTo(404);
            daemon.write("{" + setting(receiver, "") + "}");
            daemon.reload();
            assertThat(daemon.admin("POST", PATH + "/pager/test", "").statusCode()).isEqualTo(200);

            daemon.write("{}");
            daemon.reload();

            assertThat(daemon.admin("GET", PATH, "").body()).isEqualTo("{\"webhooks\":[]}");
        }
    }

    @Test
    void checksTheCertificateOfTheReceiver() throws Exception {
        TestCertificates certificates = new TestCertificates();
        Path issuer =
                Files.writeString(directory.resolve("issuer.pem"), certificates.chain("issuer"));
        try (TestReceiver receiver = TestReceiver.withTls(certificates.server())) {
            String hook =
                    receiver.setting("pager", "")
                            .replace("SECRET_FILE", secret.toString())
                            .replace("http://", "https://");
            String trusting = hook.replace("}}", "}, \"ca\": \"" + issuer + "\"}");
            try (TestDaemon daemon = TestDaemon.start("{\"webhooks\": [" + hook + "]}")) {
                assertThat(daemon.admin("POST", PATH + "/pager/test", "").body())
                        .contains("TLS failed");
                daemon.write("{\"webhooks\": [" + trusting + "]}");
                daemon.reload();
                assertThat(daemon.admin("POST", PATH + "/pager/test", "").statusCode())
                        .isEqualTo(200);
            }
        }
    }
}
