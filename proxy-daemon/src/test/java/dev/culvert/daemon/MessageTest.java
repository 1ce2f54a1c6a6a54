package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /agents/{id}/message}. */
@LoopCounts
class MessageTest {
    private static final String PATH = "/api/v1/agents/a/message";

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest... guests) throws Exception {
        return daemon("", guests);
    }

    private TestDaemon daemon(String settings, ScriptedGuest... guests) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guests);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/agents/a/message", "/agents/a/message"})
    void joinsTheChunksOfAnAnswer(String path) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on(
                    "message",
                    request -> {
                        request.chunk("caf\\u00e9 \\\"");
                        request.chunk("");
                        request.link().heartbeat("running");
                        request.reply(
                                "chunk",
                                "{\"done\":true, \"usage\" : {\"total_tokens\":3},"
                                        + " \"content\":\"größe\",\"finish_reason\":\"stop\"}");
                    });

            HttpResponse<String> answer = daemon.post(path, MESSAGE);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
            assertThat(answer.body())
                    .isEqualTo(
                            "{\"content\":\"caf\\u00e9 \\\"größe\",\"finish_reason\":\"stop\","
                                    + "\"usage\":{\"total_tokens\":3}}");
        }
    }

    @Test
    void sendsTheBodyOnAsItCameAndTheTraceWithIt() throws Exception {
        String body = "{ \"messages\": [ {\"x\": 1e1000000000} ],\n \"temperature\": 0.10 }";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", request -> request.done("ok"));

            assertThat(daemon.post(PATH, body).statusCode()).isEqualTo(200);

            assertThat(guest.seen("message")).containsExactly(body);
        }
    }

    @Test
    void anErrorOfTheAgentIsABadGatewayWithItsCodeAndMessage() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on(
                    "message",
                    request -> {
                        request.chunk("half an ");
                        request.error("runtime_error", "it broke \\ud800");
                    });

            HttpResponse<String> answer = daemon.post(PATH, MESSAGE);

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.headers().firstValue("content-type"))
                    .hasValue("application/problem+json");
            assertThat(answer.body())
                    .contains("\"code\":\"runtime_error\"", "it broke", "\"error\":\"");
        }
    }

    @Test
    void aMistakeOfTheClientIsItsOwnWhereverItIsFound() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on("message", request -> request.error("invalid_payload", "there is no role"));

            HttpResponse<String> answer = daemon.post(PATH, "{\"content\":\"hi\"}");

            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.body())
                    .contains("\"code\":\"invalid_payload\"", "there is no role", "Correct it");
        }
    }

    @Test
    void aBusyRuntimeIsTooManyRequestsForAsLongAsItSays() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on(
                    "message",
                    request ->
                            request.reply(
                                    "error",
                                    "{\"code\":\"runtime_error\",\"message\":\"429\",\"status\":429,\"retry_after\":7}"));

            HttpResponse<String> answer = daemon.post(PATH, MESSAGE);

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
            assertThat(answer.body()).contains("\"runtime_status\":429");
        }
    }

    @Test
    void aBlockedToolIsForbiddenAndNamed() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on(
                    "message",
                    request ->
                            request.reply(
                                    "tool_blocked",
                                    "{\"tool_name\":\"rm\",\"reason\":\"not allowed\"}"));

            HttpResponse<String> answer = daemon.post(PATH, MESSAGE);

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("\"tool_name\":\"rm\"", "not allowed");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/agents/zz/message | {}      | 404 | GET /api/v1/agents",
                "/api/v1/agents/zz/message | nonsense| 404 | There is no agent 'zz'",
                "/api/v1/agents/a/message  | nonsense| 400 | not one JSON object",
                "/api/v1/agents/a/message  | [1]     | 400 | not one JSON object",
                "/api/v1/agents/a/message  | {} {}   | 400 | not one JSON object",
                "/api/v1/agents/a/message  | ''      | 400 | empty",
            })
    void whatCannotBeSentIsRefusedWithWhatToDo(
            String path, String body, int status, String sentence) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> answer = daemon.post(path, body);

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.headers().firstValue("content-type"))
                    .hasValue("application/problem+json");
            assertThat(answer.body()).contains(sentence);
            assertThat(guest.seen("message")).isEmpty();
        }
    }

    @Test
    void anAgentThatNobodyListensForCannotBeReached() throws Exception {
        ScriptedGuest gone = ScriptedGuest.start();
        gone.close();
        try (TestDaemon daemon = TestDaemon.start("{" + TestDaemon.agents(gone) + "}")) {
            HttpResponse<String> answer = daemon.post(PATH, MESSAGE);

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body()).contains("cannot be reached");
        }
    }

    @Test
    void aSilentAgentTimesOut() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"timeouts\": {\"message\": \"100ms\"},", guest)) {
            assertThat(daemon.post(PATH, MESSAGE).statusCode()).isEqualTo(504);
            daemon.awaitMetric("culvert_exchanges_in_flight", 0);

            guest.take().done("too late");
            guest.on("message", request -> request.done("in time"));
            assertThat(daemon.post(PATH, MESSAGE).body()).contains("in time");
        }
    }

    @Test
    void theWholeAnswerMayHaveADeadline() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        daemon("\"timeouts\": {\"message_deadline\": \"100ms\"},", guest)) {
            assertThat(daemon.post(PATH, MESSAGE).statusCode()).isEqualTo(504);
        }
    }

    @Test
    void anAnswerBeyondTheLimitFailsAndItsTurnIsOver() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon("\"turns\": {\"max_answer_bytes\": 10},", guest)) {
            CompletableFuture<HttpResponse<String>> answer = daemon.begin("POST", PATH, MESSAGE);
            guest.take().chunk("more than ten bytes");

            assertThat(answer.get().statusCode()).isEqualTo(502);
            assertThat(answer.get().body()).contains("turns.max_answer_bytes");
            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            daemon.awaitAgent("a", "\"turns_in_flight\":1");
            cancel.error("cancelled", "as you wished");
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void aClientThatLeavesEndsTheTurn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer = daemon.begin("POST", PATH, MESSAGE);
            Request message = guest.take();
            daemon.awaitAgent("a", "\"turns_in_flight\":1");

            answer.cancel(true);

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(message.id());
            cancel.error("cancelled", "as you wished");
            daemon.awaitMetric("culvert_exchanges_in_flight", 0);
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void anAgentThatDiesFailsTheTurn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer = daemon.begin("POST", PATH, MESSAGE);
            guest.take();
            guest.down();

            assertThat(answer.get().statusCode()).isEqualTo(502);
            assertThat(answer.get().body()).contains("was lost while it worked");
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void takesJsonOnly() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                RawConnection client = new RawConnection(daemon)) {
            client.send(
                    "POST "
                            + PATH
                            + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n"
                            + "content-length: 2\r\n\r\n{}");

            assertThat(client.answer()).startsWith("HTTP/1.1 415 ").contains("application/json");
        }
    }
}
