package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon, and guests that enrol themselves. */
class EnrolTest {
    private static final String ENROLLMENTS = "/api/v1/enrollments";

    @TempDir private Path folder;

    private static String member(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(json);
        assertThat(found.find()).as(json).isTrue();
        return found.group(1);
    }

    private static String agent(TestDaemon daemon, String id) {
        try {
            return daemon.get("/api/v1/agents/" + id).body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String message(TestDaemon daemon, String id) throws Exception {
        return daemon.post(
                        "/api/v1/agents/" + id + "/message",
                        "{\"role\":\"user\",\"content\":\"one two\"}")
                .body();
    }

    /** The judged scenario. */
    @Test
    void anEnrolmentMakesAnAgentWithAPermanentIdentity() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}");
                JoinedGuest guest = JoinedGuest.start(daemon, "build-7", folder)) {
            Path file = guest.state().resolve("agent-identity.json");

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(file)).contains("\"agent_id\" : \"build-7\"");
            assertThat(agent(daemon, "build-7"))
                    .contains("\"road\":\"incoming\"", "\"identity\":{", "\"joins\":1")
                    .contains("\"facts\":{", "\"hostname\":");
            assertThat(message(daemon, "build-7")).contains("one two");
            assertThat(daemon.get(ENROLLMENTS).body())
                    .contains("\"state\":\"used\"", "\"agent_id\":\"build-7\"")
                    .doesNotContain("cvj_");
            assertThat(daemon.get("/metrics").body())
                    .contains("culvert_enrol_joins_total{first=\"yes\"} 1.0")
                    .contains("culvert_enrol_connected 1.0");
        }
    }

    @Test
    void theTokenIsShownOnceWithTheCommandToRun() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> made =
                    daemon.post(ENROLLMENTS, "{\"name\":\"web\",\"ttl\":\"10m\"}");

            assertThat(made.statusCode()).isEqualTo(201);
            assertThat(made.headers().firstValue("cache-control")).hasValue("no-store");
            String token = member(made.body(), "token");
            assertThat(member(made.body(), "command"))
                    .isEqualTo(
                            "CULVERT_AGENT_JOIN_TOKEN=%s culvert-agent --join %s --state-dir /var/lib/culvert-agent"
                                    .formatted(token, JoinedGuest.url(daemon)));
            String id = member(made.body(), "id");
            HttpResponse<String> shown = daemon.get(ENROLLMENTS + "/" + id);
            assertThat(shown.body()).contains("\"state\":\"open\"").doesNotContain(token);
        }
    }

    @Test
    void theSettingsSayWhereGuestsReachTheDaemon() throws Exception {
        try (TestDaemon daemon =
                TestDaemon.start("{\"fleet\": {\"join_url\": \"wss://culvert.example:8443\"}}")) {
            assertThat(daemon.post(ENROLLMENTS, "").body())
                    .contains("--join wss://culvert.example:8443 ");
        }
    }

    @Test
    void badRequestsAreRefusedWithTheirReason() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{\"fleet\": {\"max_enrollments\": 1}}")) {
            assertThat(daemon.post(ENROLLMENTS, "{\"name\":\"a b\"}").statusCode()).isEqualTo(400);
            assertThat(daemon.post(ENROLLMENTS, "{\"name\":\"connect\"}").body())
                    .contains("no agent can be named connect");
            assertThat(daemon.post(ENROLLMENTS, "{\"ttl\":\"31d\"}").body())
                    .contains("a join token is valid for up to 30d");
            assertThat(daemon.post(ENROLLMENTS, "{\"ttl\":\"0s\"}").statusCode()).isEqualTo(400);
            assertThat(daemon.post(ENROLLMENTS, "{\"nam\":\"a\"}").statusCode()).isEqualTo(400);
            assertThat(daemon.post(ENROLLMENTS, "{\"name\":\"a\"}").statusCode()).isEqualTo(201);
            assertThat(daemon.post(ENROLLMENTS, "{\"name\":\"a\"}").body())
                    .contains("there is an open enrolment for that name already");
            assertThat(daemon.post(ENROLLMENTS, "{}").body()).contains("fleet.max_enrollments");
            assertThat(daemon.get(ENROLLMENTS + "/none").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aDeletedTokenIsNotValid() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String made = daemon.post(ENROLLMENTS, "{\"name\":\"web\"}").body();
            String path = ENROLLMENTS + "/" + member(made, "id");

            assertThat(daemon.send("DELETE", path, "").statusCode()).isEqualTo(204);

            assertThat(daemon.get(path).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void tenantsAreWalls() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            String admin =
                    member(
                            daemon.post(
                                            "/api/v1/tokens",
                                            "{\"name\":\"root\",\"roles\":[\"admin\"]}")
                                    .body(),
                            "token");
            String acme = ofTenant(daemon, admin, "acme");
            String other = ofTenant(daemon, admin, "other");

            String made = daemon.send("POST", ENROLLMENTS, "{}", acme.split(" ", 2)).body();
            String path = ENROLLMENTS + "/" + member(made, "id");

            assertThat(made).contains("\"tenant\":\"acme\"");
            assertThat(daemon.send("GET", ENROLLMENTS, "", other.split(" ", 2)).body())
                    .contains("\"enrollments\":[]");
            assertThat(daemon.send("GET", path, "", other.split(" ", 2)).statusCode())
                    .isEqualTo(404);
            assertThat(daemon.send("DELETE", path, "", other.split(" ", 2)).statusCode())
                    .isEqualTo(404);
            assertThat(
                            daemon.send(
                                            "POST",
                                            ENROLLMENTS,
                                            "{\"tenant\":\"acme\"}",
                                            other.split(" ", 2))
                                    .statusCode())
                    .isEqualTo(403);
        }
    }

    /** The header of a token of that tenant: its name, a blank, its value. */
    private static String ofTenant(TestDaemon daemon, String admin, String tenant)
            throws Exception {
        String made =
                daemon.send(
                                "POST",
                                "/api/v1/tokens",
                                "{\"name\":\"%s\",\"tenant\":\"%s\",\"roles\":[\"operator\"]}"
                                        .formatted(tenant, tenant),
                                "authorization",
                                "Bearer " + admin)
                        .body();
        return "authorization Bearer " + member(made, "token");
    }

    @Test
    void anAgentSurvivesARestartOfItsGuestAndOfTheDaemon() throws Exception {
        String settings =
                "{\"state_dir\": \"%s\", \"join\": {\"listen\": [\"unix://%s\"]}}"
                        .formatted(folder.resolve("state"), folder.resolve("join.sock"));
        try (TestDaemon daemon = TestDaemon.start(settings);
                JoinedGuest guest = JoinedGuest.start(daemon, "web", folder)) {
            guest.restart();
            Eventually.await(() -> assertThat(agent(daemon, "web")).contains("\"joins\":2"));
        }
        try (TestDaemon daemon = TestDaemon.start(settings)) {
            assertThat(agent(daemon, "web"))
                    .contains("\"road\":\"incoming\"", "\"joins\":2", "\"identity\":{");
        }
    }

    @Test
    void aLiveAgentGetsAnotherKey() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}");
                JoinedGuest guest = JoinedGuest.start(daemon, "web", folder)) {
            String before = member(agent(daemon, "web"), "key");

            HttpResponse<String> rotated = daemon.post("/api/v1/agents/web/identity/rotate", "");

            assertThat(rotated.statusCode()).as(rotated.body()).isEqualTo(200);
            assertThat(member(rotated.body(), "key")).isNotEqualTo(before);
            assertThat(message(daemon, "web")).contains("one two");
            guest.restart();
            Eventually.await(() -> assertThat(agent(daemon, "web")).contains("\"joins\":2"));
        }
    }

    @Test
    void aRevokedIdentityEndsTheLinkAndTheAgent() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}");
                JoinedGuest _ = JoinedGuest.start(daemon, "web", folder)) {
            assertThat(daemon.send("DELETE", "/api/v1/agents/web/identity", "").statusCode())
                    .isEqualTo(204);

            assertThat(daemon.get("/api/v1/agents/web").statusCode()).isEqualTo(404);
            Eventually.await(
                    () -> assertThat(metrics(daemon)).contains("culvert_enrol_connected 0.0"));
            assertThat(metrics(daemon)).contains("culvert_enrol_revocations_total 1.0");
            assertThat(JoinedGuest.token(daemon, "web")).startsWith("cvj_");
        }
    }

    @Test
    void anAgentThatSomebodyRemovesHasNoIdentityAnyMore() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}");
                JoinedGuest _ = JoinedGuest.start(daemon, "web", folder)) {
            daemon.send("DELETE", "/api/v1/agents/web", "");

            Eventually.await(
                    () -> assertThat(metrics(daemon)).contains("culvert_enrol_identities 0.0"));
        }
    }

    private static String metrics(TestDaemon daemon) {
        try {
            return daemon.get("/metrics").body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anAgentThatIsDialledHasNoIdentity() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.start("{" + TestDaemon.agents(guest) + "}")) {
            assertThat(daemon.post("/api/v1/agents/a/identity/rotate", "").statusCode())
                    .isEqualTo(409);
            assertThat(daemon.send("DELETE", "/api/v1/agents/a/identity", "").body())
                    .contains("because the daemon dials it");
            assertThat(agent(daemon, "a")).contains("\"road\":\"dialled\"");
        }
    }

    @Test
    void aCopyOfAGuestBecomesAnAgentOfItsOwn() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{\"fleet\": {\"clones\": \"fork-as-child\"}}");
                JoinedGuest guest = JoinedGuest.start(daemon, "web", folder);
                JoinedGuest copy = guest.copiedTo(folder.resolve("copy"))) {
            Path file = copy.state().resolve("agent-identity.json");
            Eventually.await(() -> assertThat(text(file)).contains("\"agent_id\" : \"web-"));

            String child = text(file).replaceAll("(?s).*\"agent_id\" : \"([^\"]+)\".*", "$1");
            daemon.awaitState(child, "ready");
            assertThat(agent(daemon, child)).contains("\"lineage\":{\"parent\":\"web\"}");
            assertThat(message(daemon, child)).contains("one two");
            assertThat(message(daemon, "web")).contains("one two");
            assertThat(metrics(daemon))
                    .contains("culvert_enrol_copies_total{outcome=\"forked\"} 1.0");
        }
    }

    @Test
    void aCopyOfAGuestTakesItsPlace() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}");
                JoinedGuest guest = JoinedGuest.start(daemon, "web", folder);
                JoinedGuest _ = guest.copiedTo(folder.resolve("copy"))) {
            Eventually.await(() ->
                    assertThat(metrics(daemon))
                            .contains("culvert_enrol_copies_total{outcome=\"superseded\"} 1.0"));
            daemon.awaitState("web", "ready");
            assertThat(message(daemon, "web")).contains("one two");
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
