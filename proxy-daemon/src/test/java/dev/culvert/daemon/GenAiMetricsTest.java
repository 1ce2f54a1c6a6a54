package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Turns under the names of OpenTelemetry's GenAI conventions. */
@Timeout(60)
class GenAiMetricsTest {
    private static ScriptedGuest guest() throws Exception {
        ScriptedGuest guest = ScriptedGuest.start();
        guest.on(
                "message",
                it -> {
                    it.chunk("one");
                    it.reply(
                            "chunk",
                            "{\"content\":\"\",\"done\":true,\"usage\":{\"prompt_tokens\":70,\"completion_tokens\":3}}");
                });
        return guest;
    }

    @Test
    void countsTurnsWithTheirTimesAndTokens() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with("\"metrics\": {\"gen_ai\": true}, ", guest)) {
            daemon.post("/api/v1/agents/a/stream", MESSAGE);
            daemon.post("/api/v1/agents/a/message", MESSAGE);
            guest.on("message", it -> it.error("runtime_error", "no"));
            daemon.post("/api/v1/agents/a/message", MESSAGE);

            daemon.awaitMetric(
                    "gen_ai_client_operation_duration_seconds_count{error_type=\"\",gen_ai_operation_name=\"invoke_agent\"}",
                    2);
            daemon.awaitMetric(
                    "gen_ai_client_operation_duration_seconds_count{error_type=\"runtime_error\",gen_ai_operation_name=\"invoke_agent\"}",
                    1);
            daemon.awaitMetric(
                    "gen_ai_client_operation_time_to_first_chunk_seconds_count{gen_ai_operation_name=\"invoke_agent\"}",
                    1);
            daemon.awaitMetric(
                    "gen_ai_client_token_usage_sum{gen_ai_operation_name=\"invoke_agent\",gen_ai_token_type=\"input\"}",
                    140);
            daemon.awaitMetric(
                    "gen_ai_client_token_usage_bucket{gen_ai_operation_name=\"invoke_agent\",gen_ai_token_type=\"output\",le=\"4.0\"}",
                    2);
        }
    }

    @Test
    void theTokensOfATurnThatIsReadTwiceCountOnce() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("resume", "cancel");
                TestDaemon daemon = TestDaemon.with(guest)) {
            String last =
                    "{\"content\":\"\",\"done\":true,\"usage\":{\"prompt_tokens\":70,\"completion_tokens\":3}}";
            guest.on(
                    "message",
                    it -> {
                        it.chunk(1, "one");
                        it.numbered(2, "chunk", last);
                    });
            guest.on(
                    "resume",
                    it -> {
                        it.chunk(1, "one");
                        it.numbered(2, "chunk", last);
                    });
            String stream = daemon.post("/api/v1/agents/a/stream", MESSAGE).body();
            Matcher id = Pattern.compile("id: (\\S+):1\n").matcher(stream);
            assertThat(id.find()).as(stream).isTrue();
            daemon.awaitMetric("culvert_tokens_total{direction=\"input\"}", 70);

            String path = "/api/v1/turns/" + id.group(1) + "/stream?after=0";
            assertThat(daemon.get(path).body()).contains("prompt_tokens");
            String[] key = {"idempotency-key", "k1"};
            String whole = "/api/v1/agents/a/message";
            assertThat(daemon.send("POST", whole, MESSAGE, key).body()).contains("one");
            assertThat(daemon.send("POST", whole, MESSAGE, key).body()).contains("one");

            assertThat(guest.seen("resume")).isNotEmpty();
            daemon.awaitMetric("culvert_tokens_total{direction=\"output\"}", 6);
            assertThat(daemon.metric("culvert_tokens_total{direction=\"input\"}")).isEqualTo(140);
        }
    }

    @Test
    void namesOnlySoManyAgentsAsTheSettingsAllow() throws Exception {
        String settings =
                "\"metrics\": {\"gen_ai\": true, \"labels\": [\"agent\"], \"max_label_values\": 1},"
                        + " ";
        try (ScriptedGuest one = guest();
                ScriptedGuest other = guest();
                TestDaemon daemon = TestDaemon.with(settings, one, other)) {
            daemon.post("/api/v1/agents/b/message", MESSAGE);
            daemon.post("/api/v1/agents/a/message", MESSAGE);
            daemon.post("/api/v1/agents/b/message", MESSAGE);

            daemon.awaitMetric(duration("b"), 2);
            daemon.awaitMetric(duration("other"), 1);
            assertThat(daemon.get("/metrics").body()).doesNotContain("gen_ai_agent_name=\"a\"");
        }
    }

    private static String duration(String agent) {
        return "gen_ai_client_operation_duration_seconds_count{error_type=\"\",gen_ai_agent_name=\"%s\",gen_ai_operation_name=\"invoke_agent\"}"
                .formatted(agent);
    }

    @Test
    void thereAreNoneUnlessTheSettingsAskForThem() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            daemon.post("/api/v1/agents/a/message", MESSAGE);

            assertThat(daemon.get("/metrics").body()).doesNotContain("gen_ai");
        }
    }
}
