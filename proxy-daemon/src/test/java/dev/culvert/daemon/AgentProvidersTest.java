package dev.culvert.daemon;

import static dev.culvert.daemon.ScriptedProvider.delta;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedProvider.Asked;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.CapturedLog;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What programs in a VM get of LLM services, whose only way out is the agent's Unix socket: through
 * tunnels, with the host's key.
 */
@Timeout(60)
class AgentProvidersTest {
    private static final String KEY = System.getenv("PATH");
    private static final String STREAMED =
            "{\"model\":\"m-1\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    @TempDir Path folder;

    private Guest guest(String name, String settings) throws Exception {
        String text =
                "{\"listen\": \"unix://%s\", \"drain\": \"0s\", %s}"
                        .formatted(folder.resolve(name), settings);
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    private TestDaemon daemon(String providers, String more) throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{\"providers\": [%s], %s \"agents\": [{\"id\": \"a\", \"tenant\": \"t\", \"address\": \"unix://%s\"}]}"
                                .formatted(providers, more, folder.resolve("a")));
        daemon.awaitState("a", "ready");
        return daemon;
    }

    private static int port(Guest guest) {
        return ((AgentAddress.Tcp) guest.outside().getFirst()).port();
    }

    /** Asks again while the guest has not heard yet that its host takes tunnels. */
    private static String ask(Guest guest, String request) throws IOException {
        String answer = askOnce(guest, request);
        while (answer.contains("No host is connected that takes tunnels")) {
            Thread.onSpinWait();
            answer = askOnce(guest, request);
        }
        return answer;
    }

    private static String askOnce(Guest guest, String request) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port(guest))) {
            client.setSoTimeout(20_000);
            client.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String post(String path, String body, String... headers) {
        StringBuilder request =
                new StringBuilder("POST " + path + " HTTP/1.1\r\nhost: 127.0.0.1:8082\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request
                + "connection: close\r\ncontent-length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    @Test
    void aProgramHasItsLlmAndNeverTheKey() throws Exception {
        try (CapturedLog log = new CapturedLog();
                ScriptedProvider provider =
                        ScriptedProvider.of(asked -> {
                            asked.wire().beginEvents();
                            asked.wire().data(delta("one"));
                            asked.wire().chunk("data: [DONE]\n\n");
                            asked.wire().end();
                        });
                Guest guest = guest("a", "\"runtime\": \"echo\", \"llm_listen\": \"127.0.0.1:0\"");
                TestDaemon daemon = daemon(provider.openAi("llm", ""), "")) {
            String answer =
                    ask(
                            guest,
                            post(
                                    "/v1/chat/completions",
                                    STREAMED,
                                    "authorization: Bearer none",
                                    "content-type: application/json"));

            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("data: " + delta("one") + "\n\n")
                    .endsWith("0\r\n\r\n")
                    .doesNotContain(KEY);
            Asked asked = provider.next();
            assertThat(asked.headers()).containsEntry("authorization", "Bearer " + KEY);
            assertThat(asked.body()).isEqualTo(STREAMED);
            assertThat(daemon.get("/api/v1/budgets").body())
                    .contains("{\"of\":\"agent\",\"name\":\"a\",\"span\":\"hour\"")
                    .contains("{\"of\":\"tenant\",\"name\":\"t\",\"span\":\"day\"");
            assertThat(log.text()).doesNotContain(KEY);
        }
    }

    @Test
    void aProgramReachesProvidersAndNothingElse() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> asked.wire().json(200, "{\"data\":[]}"));
                Guest guest = guest("a", "\"runtime\": \"echo\", \"llm_listen\": \"127.0.0.1:0\"");
                TestDaemon daemon =
                        daemon(
                                provider.openAi("llm", "")
                                        + ","
                                        + provider.anthropic(
                                                "claude", ", \"tenants\": [\"other\"]"),
                                "")) {
            for (String path :
                    List.of(
                            "/api/v1/agents",
                            "/api/v1/tokens",
                            "/api/v1/budgets",
                            "/metrics",
                            "/",
                            "/api/v1/admin/log",
                            "/mcp")) {
                assertThat(ask(guest, get(path))).as(path).startsWith("HTTP/1.1 404 ");
            }
            assertThat(ask(guest, get("/v1/models"))).endsWith("{\"data\":[]}\r\n0\r\n\r\n");
            assertThat(ask(guest, get("/providers/llm/v1/models"))).startsWith("HTTP/1.1 200 ");
            assertThat(ask(guest, post("/v1/messages", STREAMED)))
                    .startsWith("HTTP/1.1 404 ")
                    .contains("{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\"");
            assertThat(
                            daemon.metric(
                                    "culvert_providers_answers_total{provider=\"llm\",status=\"2xx\"}"))
                    .isEqualTo(2);
        }
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    }

    @Test
    void theNextProviderIsAskedIfTheFirstOneFails() throws Exception {
        try (ScriptedProvider first = ScriptedProvider.of(asked -> asked.wire().json(529, "{}"));
                ScriptedProvider second =
                        ScriptedProvider.of(
                                asked -> asked.wire().json(200, "{\"by\":\"second\"}"));
                Guest guest = guest("a", "\"runtime\": \"echo\", \"llm_listen\": \"127.0.0.1:0\"");
                TestDaemon daemon =
                        daemon(
                                first.anthropic("one", ", \"retries\": 0")
                                        + ","
                                        + second.openAi("other", "")
                                        + ","
                                        + second.anthropic("two", ""),
                                "")) {
            assertThat(ask(guest, post("/v1/messages", STREAMED))).contains("{\"by\":\"second\"}");
            assertThat(first.waiting()).isEqualTo(1);
            assertThat(second.next().line()).isEqualTo("POST /v1/messages HTTP/1.1");
            assertThat(daemon.metric("culvert_providers_retries_total{provider=\"one\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void anAgentThatHasUsedItsBudgetIsRefused() throws Exception {
        try (ScriptedProvider provider = ScriptedProvider.byHand();
                Guest guest = guest("a", "\"runtime\": \"echo\", \"llm_listen\": \"127.0.0.1:0\"");
                TestDaemon daemon =
                        daemon(
                                provider.openAi("llm", ""),
                                "\"budgets\": {\"agents\": [{\"agent\": \"a\", \"requests_per_hour\": 0}]},")) {
            assertThat(ask(guest, post("/v1/chat/completions", STREAMED)))
                    .startsWith("HTTP/1.1 429 ")
                    .contains("retry-after: ")
                    .contains("The agent 'a' has used up its 0 requests of this hour");
            assertThat(provider.waiting()).isZero();
            assertThat(daemon.metric("culvert_budgets_refused_total")).isEqualTo(1);
        }
    }

    @Test
    void withoutProvidersAProgramIsToldWhatToDo() throws Exception {
        try (Guest guest = guest("a", "\"runtime\": \"echo\", \"llm_listen\": \"127.0.0.1:0\"");
                TestDaemon _ = daemon("", "")) {
            assertThat(ask(guest, post("/v1/chat/completions", STREAMED)))
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains(
                            "\"message\":\"The daemon has no LLM provider: add one to \\\"providers\\\" in its settings.\"")
                    .contains("\"code\":\"not_allowed\"");
        }
    }

    @Test
    void withoutAHostAProgramIsTold() throws Exception {
        try (Guest guest = guest("a", "\"runtime\": \"echo\", \"llm_listen\": \"127.0.0.1:0\"")) {
            assertThat(askOnce(guest, post("/v1/messages", STREAMED)))
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                    .contains("\"code\":\"no_tunnels\"");
        }
    }

    /** The runtime's own client, unchanged: that of another agent. */
    @Test
    void anAgentsOwnRuntimeClientTalksToTheEndpoint() throws Exception {
        try (ScriptedProvider provider =
                        ScriptedProvider.of(asked -> {
                            asked.wire().beginEvents();
                            asked.wire().data(delta("through the tunnel"));
                            asked.wire()
                                    .data(
                                            "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
                            asked.wire().chunk("data: [DONE]\n\n");
                            asked.wire().end();
                        });
                Guest guest = guest("a", "\"runtime\": \"echo\", \"llm_listen\": \"127.0.0.1:0\"");
                TestDaemon daemon = daemon(provider.openAi("llm", ""), "");
                Guest other =
                        guest(
                                "b",
                                "\"runtime\": \"http://127.0.0.1:%d/v1\", \"runtime_model\": \"m-1\""
                                        .formatted(port(guest)))) {
            daemon.put(
                    "/api/v1/agents/b",
                    "{\"address\": \"unix://%s\"}".formatted(folder.resolve("b")));
            daemon.awaitState("b", "ready");

            assertThat(daemon.post("/api/v1/agents/b/message", TestDaemon.MESSAGE).body())
                    .contains("through the tunnel");
            assertThat(other.place()).isNotEmpty();
        }
    }
}
