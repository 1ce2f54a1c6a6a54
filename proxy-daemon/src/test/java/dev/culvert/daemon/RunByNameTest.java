package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations that are run by their names. */
@Timeout(60)
class RunByNameTest {
    private static final String RUN = "/api/v1/operations/";

    @Test
    void theAnswerIsThatOfTheOperationsOwnRoute() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on("message", request -> request.done("ok"));

            HttpResponse<String> told =
                    daemon.post(
                            RUN + "message", "{\"id\":\"a\",\"role\":\"user\",\"content\":\"hi\"}");
            assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
            assertThat(told.body())
                    .isEqualTo(daemon.post("/api/v1/agents/a/message", TestDaemon.MESSAGE).body());
            assertThat(daemon.post(RUN + "agents.list", "{\"limit\":1}").body())
                    .startsWith("{\"agents\":[{\"id\":\"a\"")
                    .endsWith("\"next\":null}");
            HttpResponse<String> none = daemon.post(RUN + "agents.show", "{\"id\":\"none\"}");
            assertThat(none.statusCode()).isEqualTo(404);
            assertThat(none.headers().firstValue("content-type"))
                    .hasValue("application/problem+json");
            assertThat(none.body()).contains("There is no agent 'none'");
        }
    }

    @Test
    void aChangeIsRecordedUnderItsOwnName() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> added =
                    daemon.post(
                            RUN + "agents.add", "{\"id\":\"b\",\"address\":\"unix:///nowhere/1\"}");
            assertThat(added.statusCode()).as(added.body()).isEqualTo(201);
            String run = added.headers().firstValue("culvert-op").orElseThrow();

            assertThat(daemon.get("/api/v1/operations/runs/" + run).body())
                    .contains("\"operation\":\"agents.add\"", "\"path\":\"/api/v1/agents/b\"")
                    .contains("\"state\":\"done\",\"status\":201");
            assertThat(daemon.post(RUN + "agents.remove", "{\"id\":\"b\"}").statusCode())
                    .isEqualTo(204);
        }
    }

    @Test
    void whatCannotBeRunIsRefusedInWords() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            assertThat(daemon.post(RUN + "nonsense", "").body())
                    .contains("no operation 'nonsense'");
            assertThat(daemon.post(RUN + "stream", "{}").body())
                    .contains("send POST /api/v1/agents/{id}/stream");
            assertThat(daemon.post(RUN + "operations.run", "{}").statusCode()).isEqualTo(404);
            HttpResponse<String> missing = daemon.post(RUN + "agents.show", "");
            assertThat(missing.statusCode()).isEqualTo(400);
            assertThat(missing.body()).contains("needs the argument 'id'");
            assertThat(daemon.post(RUN + "reload", "").body()).contains("admin_only");
            assertThat(daemon.admin("POST", RUN + "reload", "").body()).contains("reloaded");
        }
    }

    @Test
    void aCallerRunsOnlyWhatItMayDo() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> made =
                    daemon.post(RUN + "token.create", "{\"name\":\"root\",\"roles\":[\"admin\"]}");
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            String root = secret(made);
            String viewer =
                    secret(
                            daemon.send(
                                    "POST",
                                    RUN + "token.create",
                                    "{\"name\":\"v\",\"roles\":[\"viewer\"]}",
                                    "authorization",
                                    "Bearer " + root));

            HttpResponse<String> refused =
                    daemon.send(
                            "POST",
                            RUN + "agents.remove",
                            "{\"id\":\"a\"}",
                            "authorization",
                            "Bearer " + viewer);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("insufficient_scope", "agents:write");
            assertThat(daemon.post(RUN + "agents.list", "").statusCode()).isEqualTo(401);
        }
    }

    private static String secret(HttpResponse<String> made) {
        return made.body().replaceFirst("(?s).*\"token\":\"([^\"]+)\".*", "$1");
    }
}
