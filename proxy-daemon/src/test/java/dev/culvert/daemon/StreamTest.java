package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET|POST /agents/{id}/stream}. */
@LoopCounts
class StreamTest {
    private static final String PATH = "/api/v1/agents/a/stream";
    private static final String QUERY =
            "?message=" + URLEncoder.encode(MESSAGE, StandardCharsets.UTF_8);

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest... guests) throws Exception {
        return daemon("", guests);
    }

    private TestDaemon daemon(String settings, ScriptedGuest... guests) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guests);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /api/v1/agents/a/stream",
        "POST, /agents/a/stream",
        "GET, /api/v1/agents/a/stream",
        "GET, /agents/a/stream"
    })
    void streamsTheChunksAsEventsWithIds(String method, String path) throws Exception {
        boolean get = method.equals("GET");
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            EventReader events =
                    daemon.stream(method, get ? path + QUERY : path, get ? "" : MESSAGE);
            Request message = guest.take();
            message.chunk("one");
            message.reply("chunk", "{\"content\":\"two\",\n\"done\":true}");

            assertThat(message.payload()).isEqualTo(MESSAGE);
            assertThat(events.status()).isEqualTo(200);
            assertThat(events.header("content-type")).isEqualTo("text/event-stream");
            assertThat(events.header("cache-control")).isEqualTo("no-cache");
            assertThat(events.header("x-accel-buffering")).isEqualTo("no");
            String id = message.id();
            assertThat(events.rest())
                    .containsExactly(
                            new Event("chunk", id + ":1", "{\"content\":\"one\",\"done\":false}"),
                            new Event("chunk", id + ":2", "{\"content\":\"two\",\n\"done\":true}"),
                            new Event("done", id + ":3", "{}"));
            daemon.awaitMetric("culvert_streams_active", 0);
            daemon.awaitMetric("culvert_stream_duration_seconds_count{outcome=\"done\"}", 1);
            daemon.awaitMetric(
                    "culvert_stream_first_event_duration_seconds_count{resumed=\"no\"}", 1);
        }
    }

    @Test
    void theHeadComesBeforeTheAgentSaysAnythingAndEachChunkBeforeTheNextIsSent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) { // returns once the head is here
            Request message = guest.take();
            for (int i = 0; i < 20; i++) {
                message.chunk("chunk " + i); // and the guest sends no more until the client has it
                assertThat(events.next()).extracting(Event::data).asString().contains("chunk " + i);
            }
            message.done("");
            assertThat(events.rest()).hasSize(2);
        }
    }

    @Test
    void aSilentStreamIsKeptAliveByComments() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"sse\": {\"keepalive\": \"20ms\"},", guest);
                EventReader events = daemon.stream()) {
            assertThat(events.line()).isEqualTo("retry: 500");
            assertThat(events.line()).startsWith("id: ").endsWith(":0");
            assertThat(events.line()).isEmpty();
            assertThat(events.line()).isEqualTo(":");
            assertThat(events.line()).isEmpty();
            assertThat(events.line()).isEqualTo(":");
            assertThat(guest.take().type()).isEqualTo("message");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /api/v1/agents/zz/stream | '{}'       | 404 | no agent 'zz'",
                "GET  | /api/v1/agents/zz/stream | ''       | 404 | no agent 'zz'",
                "POST | /api/v1/agents/a/stream  | nonsense | 400 | not one JSON object",
                "GET  | /api/v1/agents/a/stream  | ''       | 400 | parameter 'message' is missing",
                "GET  | /agents/a/stream?message=%5B1%5D | '' | 400 | not one JSON object",
                "GET  | /agents/a/stream?message= | ''      | 400 | is empty",
                "HEAD | /api/v1/agents/a/stream  | ''       | 405 | ''",
            })
    void whatFailsBeforeTheRequestIsSentHasAProperStatus(
            String method, String path, String body, int status, String sentence) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> answer = daemon.send(method, path, body);

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.headers().firstValue("content-type"))
                    .hasValue("application/problem+json");
            assertThat(answer.body()).contains(sentence);
            assertThat(guest.seen("message")).isEmpty();
            daemon.awaitMetric("culvert_streams_active", 0);
        }
    }

    @Test
    void anAgentThatIsNotThereIsABadGatewayAndNoStream() throws Exception {
        ScriptedGuest gone = ScriptedGuest.start();
        gone.close();
        try (TestDaemon daemon = TestDaemon.start("{" + TestDaemon.agents(gone) + "}")) {
            HttpResponse<String> answer = daemon.post(PATH, MESSAGE);

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body()).contains("cannot be reached");
            daemon.awaitMetric("culvert_streams_active", 0);
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void theErrorOfARuntimeHasItsStatusAndWhenToComeBack() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();
            message.reply(
                    "error",
                    "{\"code\":\"runtime_error\",\"message\":\"no\",\"status\":429,\"retry_after\":7}");

            assertThat(events.rest())
                    .singleElement()
                    .extracting(Event::data)
                    .isEqualTo(
                            "{\"code\":\"runtime_error\",\"message\":\"no\",\"runtime_status\":429,\"retry_after\":7}");
        }
    }

    @Test
    void moreThanALinkCarriesIsTooMany() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"link\": {\"max_in_flight\": 1},", guest)) {
            List<EventReader> streams = new ArrayList<>();
            for (int i = 0;
                    i < eventLoops;
                    i++) { // each on a connection, and so a loop, of its own
                streams.add(daemon.stream());
            }

            HttpResponse<String> oneTooMany = daemon.post(PATH, MESSAGE);

            assertThat(oneTooMany.statusCode()).isEqualTo(429);
            assertThat(oneTooMany.headers().firstValue("retry-after")).isPresent();
            for (EventReader stream : streams) {
                guest.take().done("");
                stream.close();
            }
        }
    }

    @Test
    void anErrorOfTheAgentIsAnEventAndTheEnd() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();
            message.chunk("half an ");
            message.error("runtime_error", "it broke");

            List<Event> all = events.rest();

            assertThat(all).extracting(Event::type).containsExactly("chunk", "error");
            assertThat(all.getLast().data())
                    .isEqualTo("{\"code\":\"runtime_error\",\"message\":\"it broke\"}");
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    /** Half of a surrogate pair has no UTF-8, yet a JSON text may hold one. */
    @Test
    void anErrorThatIsNoUnicodeIsStillAnEventAndTheEnd() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            guest.take().error("runtime_error", "it \\ud800 broke");

            assertThat(events.rest()).extracting(Event::type).containsExactly("error");
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void aBlockedToolIsAnEventAndTheEnd() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            guest.take().reply("tool_blocked", "{\"tool_name\":\"rm\",\"reason\":\"no\"}");

            assertThat(events.rest())
                    .extracting(Event::type, Event::data)
                    .containsExactly(
                            tuple("tool_blocked", "{\"tool_name\":\"rm\",\"reason\":\"no\"}"));
            daemon.awaitMetric(
                    "culvert_stream_first_event_duration_seconds_count{resumed=\"no\"}", 1);
        }
    }

    @Test
    void aLinkThatIsResetIsAnErrorEventAndNeverDone() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();
            message.chunk("half");
            assertThat(events.next()).isNotNull();
            message.link().reset();

            List<Event> rest = events.rest();

            assertThat(rest).extracting(Event::type).containsExactly("error");
            assertThat(rest.getFirst().data()).contains("\"code\":\"link_lost\"");
        }
    }

    @Test
    void aConnectionThatTheAgentClosesInOrderIsNoEndOfTheAnswer() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();
            message.chunk("half");
            message.link().shutdownOutput();

            assertThat(events.rest()).extracting(Event::type).containsExactly("chunk", "error");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "{\"type\":\"chunk\",\"type\":\"chunk\"}"})
    void bytesThatCannotBeUnderstoodEndTheStreamsOfTheirLink(String json) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            byte[] frame = new byte[body.length + 4];
            frame[3] = (byte) body.length;
            System.arraycopy(body, 0, frame, 4, body.length);
            guest.take().link().write(frame);

            assertThat(events.rest()).extracting(Event::type).containsExactly("error");
            guest.on("message", request -> request.done("again"));
            assertThat(daemon.post("/agents/a/message", MESSAGE).body()).contains("again");
        }
    }

    @Test
    void anAgentThatFallsSilentIsAnErrorEvent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"timeouts\": {\"message\": \"200ms\"},", guest);
                EventReader events = daemon.stream()) {
            guest.take().chunk("then nothing");

            List<Event> all = events.rest();

            assertThat(all).extracting(Event::type).containsExactly("chunk", "error");
            assertThat(all.getLast().data()).contains("\"code\":\"timed_out\"");
        }
    }

    @Test
    void anAgentThatDiedBetweenTurnsIsDialledAnew() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", request -> request.done("ok"));
            assertThat(daemon.stream().rest()).hasSize(2);
            int links = guest.links().size();
            for (var link : guest.links()) {
                link.reset();
            }

            Eventually.await(
                    () -> assertThat(guest.links().size()).isGreaterThan(links)); // home again
            daemon.awaitAgent("a", "\"links_open\":1");
            // The loss of the other link may be noticed only when it is used.
            Eventually.await(() -> assertThat(asked(daemon)).isEqualTo(200));
        }
    }

    private static int asked(TestDaemon daemon) {
        try {
            return daemon.post("/agents/a/message", MESSAGE).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aClientThatLeavesStopsTheAgentWhereItUnderstands() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon(guest)) {
            Request message;
            try (EventReader events = daemon.stream()) {
                message = guest.take();
                message.chunk("one");
                assertThat(events.next()).isNotNull();
            }

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(message.id());
            message.chunk("late");
            message.error("cancelled", "as you wished");
            daemon.awaitMetric("culvert_exchanges_in_flight", 0);
            daemon.awaitMetric("culvert_streams_active", 0);
            daemon.awaitMetric("culvert_stream_duration_seconds_count{outcome=\"client_gone\"}", 1);
            daemon.awaitMetric("culvert_turns_cancelled_total{cause=\"client_gone\"}", 1);
            daemon.awaitMetric(
                    "culvert_turn_stop_duration_seconds_count{cause=\"client_gone\"}", 1);
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void aClientThatLeavesBeforeThereIsALinkLeavesNothingBehind() throws Exception {
        try (SilentListener silent = new SilentListener();
                TestDaemon daemon = TestDaemon.start("{" + silent.asAgent() + "}")) {
            var answer = daemon.begin("POST", PATH, MESSAGE);
            daemon.awaitMetric("culvert_pool_waiting", 1);
            daemon.awaitMetric("culvert_streams_active", 1);

            answer.cancel(true);

            daemon.awaitMetric("culvert_streams_active", 0);
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }
}
