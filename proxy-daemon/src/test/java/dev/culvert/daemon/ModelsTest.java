package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET /v1/models}, and which agent a model is. */
class ModelsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");

    /** An agent of the usual tenant, and one of acme. */
    private static TestDaemon daemon(ScriptedGuest one, ScriptedGuest other) throws Exception {
        String agents =
                "[{\"id\": \"web-1\", \"address\": \"%s\"}, {\"id\": \"web-2\", \"tenant\": \"acme\", \"address\": \"%s\"}]"
                        .formatted(one.address(), other.address());
        TestDaemon daemon = TestDaemon.start("{\"agents\": " + agents + "}");
        daemon.awaitState("web-1", "ready");
        daemon.awaitState("web-2", "ready");
        return daemon;
    }

    private static String token(TestDaemon daemon, String members, String... headers)
            throws Exception {
        HttpResponse<String> made =
                daemon.send(
                        "POST",
                        "/api/v1/tokens",
                        "{\"name\":\"t" + members.length() + "\"," + members + "}",
                        headers);
        Matcher token = TOKEN.matcher(made.body());
        assertThat(token.find()).as(made.body()).isTrue();
        return token.group(1);
    }

    private static String[] bearer(String token) {
        return new String[] {"authorization", "Bearer " + token};
    }

    private static String plain(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body().replaceAll("\"created\":[0-9]{10},", "");
    }

    private static String model(String name, String tenant) {
        return "{\"id\":\"%s\",\"object\":\"model\",\"owned_by\":\"%s\"}".formatted(name, tenant);
    }

    private static String ask(String model) {
        return "{\"model\":\""
                + model
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    }

    @Test
    void listsTheAgentsAsModels() throws Exception {
        try (ScriptedGuest one = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = daemon(one, other)) {
            HttpResponse<String> list = daemon.get("/v1/models");

            assertThat(list.headers().firstValue("content-type")).hasValue("application/json");
            assertThat(plain(list))
                    .isEqualTo(
                            "{\"object\":\"list\",\"data\":["
                                    + model("web-1", "default")
                                    + ","
                                    + model("acme/web-2", "acme")
                                    + "]}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"web-2", "acme/web-2", "acme%2Fweb-2"})
    void showsAModelByEitherName(String name) throws Exception {
        try (ScriptedGuest one = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = daemon(one, other)) {
            assertThat(plain(daemon.get("/v1/models/" + name)))
                    .isEqualTo(model(name.replace("%2F", "/"), "acme"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"web-2", "acme/web-2"})
    void asksTheAgentOfEitherName(String name) throws Exception {
        try (ScriptedGuest one = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = daemon(one, other)) {
            other.on("message", message -> message.done("it is me"));
            assertThat(daemon.post(CHAT, ask(name)).body())
                    .contains("\"model\":\"" + name + "\"", "\"content\":\"it is me\"");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nobody", "default/web-2", "acme/web-1", "/web-1", "acme/", "a/b/web-1", ""})
    void aModelThatIsNotThereIsNotFound(String name) throws Exception {
        try (ScriptedGuest one = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = daemon(one, other)) {
            HttpResponse<String> answer = daemon.post(CHAT, ask(name));
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body())
                    .isEqualTo(
                            "{\"error\":{\"message\":\"The model '%s' does not exist: GET /v1/models lists the agents that you can ask.\",\"type\":\"invalid_request_error\",\"param\":\"model\",\"code\":\"model_not_found\"}}"
                                    .formatted(name));
        }
    }

    /** Its agents are there under no name, and no answer tells them from those that nobody has. */
    @Test
    void anotherTenantsAgentIsNotThere() throws Exception {
        try (ScriptedGuest one = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = daemon(one, other)) {
            String[] root = bearer(token(daemon, "\"roles\":[\"admin\"]"));
            String[] beta =
                    bearer(token(daemon, "\"tenant\":\"beta\",\"roles\":[\"admin\"]", root));
            String[] acme =
                    bearer(token(daemon, "\"tenant\":\"acme\",\"roles\":[\"admin\"]", root));

            for (String name : new String[] {"web-2", "acme/web-2"}) {
                String nobody = name.replace('2', '9');
                HttpResponse<String> theirs = daemon.send("POST", CHAT, ask(name), beta);
                HttpResponse<String> none = daemon.send("POST", CHAT, ask(nobody), beta);
                assertThat(theirs.statusCode()).isEqualTo(404);
                assertThat(theirs.body().replace(name, nobody)).isEqualTo(none.body());
                assertThat(
                                daemon.send("GET", "/v1/models/" + name, "", beta)
                                        .body()
                                        .replace(name, nobody))
                        .isEqualTo(none.body());
            }
            assertThat(daemon.send("GET", "/v1/models", "", beta).body())
                    .isEqualTo("{\"object\":\"list\",\"data\":[]}");
            assertThat(plain(daemon.send("GET", "/v1/models", "", acme)))
                    .isEqualTo("{\"object\":\"list\",\"data\":[" + model("web-2", "acme") + "]}");
            assertThat(other.seen("message")).isEmpty();
        }
    }

    @Test
    void aTokenNeedsTheScopesOfOurOwnRoutes() throws Exception {
        try (ScriptedGuest one = ScriptedGuest.start();
                ScriptedGuest other = ScriptedGuest.start();
                TestDaemon daemon = daemon(one, other)) {
            String[] root = bearer(token(daemon, "\"roles\":[\"admin\"]"));
            String[] reader = bearer(token(daemon, "\"scopes\":[\"agents:read\"]", root));

            HttpResponse<String> refused = daemon.send("POST", CHAT, ask("web-1"), reader);

            assertThat(daemon.send("GET", "/v1/models", "", reader).statusCode()).isEqualTo(200);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body())
                    .endsWith(
                            "\"type\":\"permission_error\",\"param\":null,\"code\":\"insufficient_scope\"}}");
            HttpResponse<String> unknown =
                    daemon.send("POST", CHAT, ask("web-1"), bearer("nonsense"));
            assertThat(unknown.statusCode()).isEqualTo(401);
            assertThat(unknown.body())
                    .endsWith(
                            "\"type\":\"authentication_error\",\"param\":null,\"code\":\"invalid_api_key\"}}");
        }
    }
}
