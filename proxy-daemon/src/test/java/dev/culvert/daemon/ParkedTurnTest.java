package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A turn that waits for an approval, as clients of each interface see it. */
@Timeout(60)
@LoopCounts
class ParkedTurnTest {
    /** An answer may be silent for a fifth of a second, and tells each client that it is there. */
    private static final String IMPATIENT =
            "\"timeouts\": {\"message\": \"200ms\", \"drain\": \"100ms\"}, \"sse\": {\"keepalive\": \"40ms\"}, \"turns\": {\"resume_grace\": \"50ms\"},";

    /** Of keepalives: three times as long as an answer may be silent. */
    private static final int LONG = 20;

    private static final String CHAT =
            "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String MESSAGES =
            "{\"model\":\"a\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String RESPONSES = "{\"model\":\"a\",\"input\":\"hi\"}";

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + IMPATIENT, guest);
    }

    private static ScriptedGuest guest() throws IOException {
        return ScriptedGuest.announcing("credit", "cancel", "resume", "tools", "approvals");
    }

    /** The agent asks for an approval before it answers. */
    private static Request parked(ScriptedGuest guest) throws Exception {
        Request message = guest.take();
        message.numbered(
                1,
                "tool_call",
                "{\"call_id\":\"c1\",\"tool_name\":\"run_command\",\"arguments\":{\"argv\":[\"make\"]}}");
        message.numbered(
                2,
                "approval",
                "{\"approval_id\":\"ap_0123456789abcdefghijkl\",\"call_id\":\"c1\",\"tool_name\":\"run_command\",\"arguments\":{\"argv\":[\"make\"]},\"digest\":\"sha256:%s\",\"policy\":\"p1\",\"rule\":\"make\",\"why\":\"the rule make asks\",\"expires\":\"2999-01-01T00:00:00Z\"}"
                        .formatted("0".repeat(64)));
        return message;
    }

    private static void goOn(Request message) throws IOException {
        message.numbered(3, "tool_result", "{\"call_id\":\"c1\",\"ok\":true,\"result\":\"made\"}");
        message.done(4, "it is made");
    }

    private static void post(RawConnection client, String path, String body) throws IOException {
        client.send(
                "POST %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                        .formatted(path, body.length(), body));
    }

    private static void await(RawConnection client, int keepalives, String line)
            throws IOException {
        for (int seen = 0; seen < keepalives; ) {
            String next = client.until("\n");
            assertThat(next).as("the stream has ended").isNotEmpty();
            if (next.strip().equals(line)) {
                seen++;
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/chat/completions | : | data: [DONE]",
                "/v1/messages | event: ping | event: message_stop",
                "/v1/responses | : | event: response.completed",
                "/api/v1/agents/a/stream | : | event: done"
            })
    void keepsItsStreamOpenForLongerThanAnAnswerMayBeSilent(
            String path, String keepalive, String last) throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                RawConnection client = new RawConnection(daemon)) {
            post(client, path, path.startsWith("/api") ? MESSAGE : streamed(path));
            Request message = parked(guest);

            await(client, LONG, keepalive);
            goOn(message);

            assertThat(client.until(last)).contains("it is made").endsWith(last);
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    private static String streamed(String path) {
        return body(path).replaceFirst("\\{", "{\"stream\":true,");
    }

    private static String body(String path) {
        return switch (path) {
            case "/v1/chat/completions" -> CHAT;
            case "/v1/messages" -> MESSAGES;
            case "/v1/responses" -> RESPONSES;
            default -> MESSAGE;
        };
    }

    @Test
    void isWaitedForByWhoeverWantsItsAnswerWhole() throws Exception {
        List<String> paths =
                List.of(
                        "/v1/chat/completions",
                        "/v1/messages",
                        "/v1/responses",
                        "/api/v1/agents/a/message");
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                RawConnection clock = new RawConnection(daemon)) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            List<Request> messages = new ArrayList<>();
            for (String path : paths) {
                answers.add(daemon.begin("POST", path, body(path)));
                messages.add(parked(guest));
            }
            post(clock, "/api/v1/agents/a/stream", MESSAGE);
            messages.add(parked(guest));

            await(clock, LONG, ":");
            for (Request message : messages) {
                goOn(message);
            }

            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                HttpResponse<String> whole = answer.get(20, TimeUnit.SECONDS);
                assertThat(whole.statusCode()).isEqualTo(200);
                assertThat(whole.body()).contains("it is made");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions", "/v1/messages", "/v1/responses", "/api/v1/agents/a/stream"})
    void goesOnWhenItsClientLeaves(String path) throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            Request message;
            try (RawConnection client = new RawConnection(daemon)) {
                post(client, path, path.startsWith("/api") ? MESSAGE : streamed(path));
                message = parked(guest);
                daemon.awaitBody("/api/v1/turns/" + message.id(), "\"last_event\":2");
            }
            daemon.awaitBody("/api/v1/turns/" + message.id(), "\"read_by\":[]");

            goOn(message);

            daemon.awaitBody("/api/v1/turns/" + message.id(), "\"outcome\":\"done\"");
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    @Test
    void isTakenUpAgainByAClientThatHasSeenTheQuestion() throws Exception {
        try (ScriptedGuest guest = guest().lastComerReads();
                TestDaemon daemon = daemon(guest);
                RawConnection first = new RawConnection(daemon);
                RawConnection later = new RawConnection(daemon)) {
            post(first, "/api/v1/agents/a/stream", MESSAGE);
            Request message = parked(guest);
            assertThat(first.until("event: approval")).contains("event: tool_call");

            later.send("GET", "/api/v1/turns/" + message.id() + "/stream?after=2");
            Request resume = guest.take();
            resume.numbered(
                    2,
                    "approval",
                    "{\"approval_id\":\"ap_0123456789abcdefghijkl\",\"call_id\":\"c1\",\"tool_name\":\"run_command\",\"arguments\":{}}");
            await(later, LONG, ":");
            goOn(resume);

            assertThat(later.until("event: done")).contains("it is made");
        }
    }
}
