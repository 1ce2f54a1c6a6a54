package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A daemon, a whole guest with tools of its own, and a model that calls one of them. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class AgentToolsTest {
    private static final String HI = "{\"role\":\"user\",\"content\":\"how many lines?\"}";

    @TempDir private Path work;
    private HttpServer runtime;
    private Guest guest;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(work.resolve("notes.txt"), "one\ntwo\n");
        runtime = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        runtime.createContext("/v1/chat/completions", this::answer);
        runtime.start();
        String settings =
                "{\"listen\": \"tcp://127.0.0.1:0\", \"drain\": \"0s\", \"tools_dir\": \"%s\", \"runtime\": \"http://127.0.0.1:%d\"}"
                        .formatted(work, runtime.getAddress().getPort());
        guest =
                Guest.start(
                        Settings.read(List.of(Layer.text("guest", settings)), GuestSettings::read)
                                .value(),
                        Systemd.ABSENT);
        daemon =
                TestDaemon.start(
                        "{\"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}"
                                .formatted(guest.address()));
        daemon.awaitState("a", "ready");
    }

    @AfterEach
    void stop() {
        daemon.close();
        guest.close();
        runtime.stop(0);
    }

    /** Calls a tool first, and answers once there is a result. */
    private void answer(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String delta =
                request.contains("\"tool_call_id\":\"c1\",\"content\":\"one\\ntwo\\n\"")
                        ? "{\"content\":\"two lines\"}"
                        : "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":"
                                + "{\"name\":\"read_file\",\"arguments\":\"{\\\"path\\\":\\\"notes.txt\\\"}\"}}]}";
        String stream =
                "data: {\"choices\":[{\"index\":0,\"delta\":"
                        + delta
                        + "}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\ndata: [DONE]\n\n";
        exchange.getResponseHeaders().add("content-type", "text/event-stream");
        byte[] bytes = stream.getBytes(UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Test
    void aStreamTellsWhatToolsDoAndThenTheAnswer() throws Exception {
        String events = daemon.send("POST", "/api/v1/agents/a/stream", HI).body();

        assertThat(events)
                .containsSubsequence(
                        "event: tool_call\n",
                        ":1\n",
                        "data: {\"call_id\":\"c1\",\"tool_name\":\"read_file\",\"arguments\":{\"path\":\"notes.txt\"}}",
                        "event: tool_result\n",
                        ":2\n",
                        "data: {\"call_id\":\"c1\",\"ok\":true,\"result\":\"one\\ntwo\\n\"}",
                        "event: chunk\n",
                        "data: {\"content\":\"two lines\",\"done\":false}",
                        "event: done\n");
        assertThat(events).contains("\"prompt_tokens\":10,\"completion_tokens\":4");
    }

    @Test
    void aClientThatComesBackSeesEachCallOnce() throws Exception {
        String events = daemon.send("POST", "/api/v1/agents/a/stream", HI).body();
        String first = events.lines().filter(it -> it.startsWith("id: ")).findFirst().orElseThrow();
        String turn = first.substring("id: ".length(), first.lastIndexOf(':'));

        String again =
                daemon.send(
                                "GET",
                                "/api/v1/turns/" + turn + "/stream",
                                "",
                                "Last-Event-ID",
                                turn + ":1")
                        .body();

        assertThat(again).doesNotContain("event: tool_call").contains("event: tool_result");
        assertThat(again).endsWith(events.substring(events.indexOf("event: done")));
        assertThat(daemon.get("/metrics").body())
                .contains(
                        "\nculvert_tool_calls_total{outcome=\"ok\",tool=\"read_file\"} 1.0\n",
                        "\nculvert_tool_calls_total{outcome=\"failed\",tool=\"read_file\"} 0.0\n",
                        "\nculvert_tool_call_duration_seconds_count{tool=\"read_file\"} 1\n");
    }

    @Test
    void wholeAnswersAndFrontsHaveTheAnswerAlone() throws Exception {
        assertThat(daemon.send("POST", "/api/v1/agents/a/message", HI).body())
                .contains("two lines")
                .doesNotContain("call_id", "tool_calls");
        String chat = "{\"model\":\"a\",\"stream\":true,\"messages\":[%s]}".formatted(HI);
        assertThat(daemon.send("POST", "/v1/chat/completions", chat).body())
                .contains("two lines")
                .doesNotContain("call_id", "tool_calls", "read_file");
        assertThat(
                        daemon.send(
                                        "POST",
                                        "/v1/responses",
                                        "{\"model\":\"a\",\"input\":\"how many lines?\"}")
                                .body())
                .contains("two lines")
                .doesNotContain("read_file");
    }

    @Test
    void mcpServersThatTheAgentCannotUseAreRefusedWithWords() throws Exception {
        String body = "{\"config\":{},\"tool_allowlist\":null,\"tools\":{\"mcp\":{\"x\":%s}}}";

        HttpResponse<String> elsewhere =
                daemon.send(
                        "PUT",
                        "/api/v1/agents/a/config",
                        body.formatted("{\"url\":\"http://10.0.0.1/mcp\"}"));
        assertThat(elsewhere.statusCode()).isEqualTo(400);
        assertThat(elsewhere.body())
                .contains("'tools.mcp.x.url' must be an address on this machine");

        HttpResponse<String> program =
                daemon.send(
                        "PUT",
                        "/api/v1/agents/a/config",
                        body.formatted("{\"command\":[\"server\"]}"));
        assertThat(program.statusCode()).isBetween(400, 499);
        assertThat(program.body())
                .contains("'tools.mcp.x.command' is not allowed", "--tool-servers confined");
    }
}
