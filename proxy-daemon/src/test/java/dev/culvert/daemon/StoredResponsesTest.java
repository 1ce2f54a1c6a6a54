package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.daemon.http.LargeRequests;
import dev.culvert.testing.Eventually;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses that clients ask for again, go on from, or leave to run in the background. */
@Timeout(60)
@LoopCounts
class StoredResponsesTest {
    private static final String PATH = "/v1/responses";
    private static final String WHOLE = "{\"model\":\"a\",\"input\":\"hi\"}";
    private static final String BACKGROUND =
            "{\"model\":\"a\",\"input\":\"hi\",\"background\":true}";
    private static final String STREAMED_BACKGROUND =
            "{\"model\":\"a\",\"input\":\"hi\",\"background\":true,\"stream\":true}";
    private static final Pattern ID = Pattern.compile("\"id\":\"(resp_[0-9a-f]{32})\"");

    @Parameter int eventLoops;

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon("", guest);
    }

    private static String id(String body) {
        Matcher id = ID.matcher(body);
        assertThat(id.find()).as(body).isTrue();
        return id.group(1);
    }

    private static String ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String contains) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).startsWith("{\"error\":{").contains(contains);
    }

    @Test
    void isThereUntilItIsDeleted() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("yes"));
            HttpResponse<String> answered = daemon.post(PATH, WHOLE);
            String body = ok(answered);
            String path = PATH + "/" + id(body);

            HttpResponse<String> again = daemon.get(path);
            assertThat(ok(again)).isEqualTo(body);
            assertThat(again.headers().map().get("x-culvert-turn"))
                    .isEqualTo(answered.headers().map().get("x-culvert-turn"))
                    .hasSize(1);
            daemon.awaitMetric("culvert_responses_kept", 1);

            assertThat(ok(daemon.send("DELETE", path, "")))
                    .isEqualTo(
                            "{\"id\":\"%s\",\"object\":\"response\",\"deleted\":true}"
                                    .formatted(id(body)));
            assertRefused(daemon.get(path), 404, "There is no response '" + id(body));
            daemon.awaitMetric("culvert_responses_kept_bytes", 0);
        }
    }

    @Test
    void theStreamOfOneThatHasBecomeTooLargeToBeRepeatedIsBrokenOff() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("more than ten bytes"));
            String path = PATH + "/" + id(ok(daemon.post(PATH, BACKGROUND)));
            daemon.awaitBody(path, "\"status\":\"completed\"");
            daemon.write(
                    "{\"event_loops\": %d, \"turns\": {\"max_answer_bytes\": 10}, %s}"
                            .formatted(eventLoops, TestDaemon.agents(guest)));
            assertThat(daemon.reload().statusCode()).isEqualTo(200);
            try (RawEvents events = new RawEvents(daemon, path + "?stream=true")) {
                assertThat(events.rest().getLast())
                        .startsWith("error ")
                        .contains("turns.max_answer_bytes");
                assertThat(events.isBroken()).isTrue();
            }
        }
    }

    @Test
    void isNotThereIfItWasNotToBeStored() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("yes"));
            String body =
                    ok(daemon.post(PATH, "{\"model\":\"a\",\"input\":\"hi\",\"store\":false}"));
            assertRefused(daemon.get(PATH + "/" + id(body)), 404, "was not stored");
        }
    }

    @Test
    void saysThatItIsNotStoredIfItIsTooLarge() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"responses\": {\"keep_bytes\": 8},", guest)) {
            guest.on("message", message -> message.done("yes"));
            String large = "{\"model\":\"a\",\"input\":\"more than eight bytes\"}";
            HttpResponse<String> answer = daemon.post(PATH, large);
            assertThat(ok(answer)).contains("yes");
            assertThat(answer.headers().firstValue("x-culvert-ignored")).hasValue("store");
        }
    }

    @Test
    void anotherOneGoesOnFromIt() throws Exception {
        String call =
                "{\"content\":\"\",\"done\":true,\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.reply("chunk", call));
            String first =
                    ok(
                            daemon.post(
                                    PATH,
                                    "{\"model\":\"a\",\"input\":\"hi\",\"instructions\":\"Once.\"}"));
            guest.on("message", message -> message.done("yes"));
            String second =
                    ok(
                            daemon.post(
                                    PATH,
                                    "{\"model\":\"a\",\"previous_response_id\":\"%s\",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"out\"}]}"
                                            .formatted(id(first))));

            assertThat(second)
                    .contains("\"previous_response_id\":\"" + id(first) + "\"")
                    .contains("\"text\":\"yes\"");
            assertThat(guest.seen("message").getLast())
                    .contains(
                            "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
                                    + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                                    + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"out\"}]");

            String items = PATH + "/" + id(second) + "/input_items";
            assertThat(ok(daemon.get(items + "?order=asc")))
                    .startsWith("{\"object\":\"list\",\"data\":[{\"id\":\"in_")
                    .contains(
                            "\"content\":[{\"type\":\"input_text\",\"text\":\"hi\"}]},{\"id\":\"fc_")
                    .contains("\"output\":\"out\"")
                    .endsWith("\"has_more\":false}");
            String last = ok(daemon.get(items + "?limit=1"));
            assertThat(last).contains("\"output\":\"out\"").endsWith("\"has_more\":true}");
            String lastId = last.replaceFirst(".*\"last_id\":\"([^\"]+)\".*", "$1");
            assertThat(ok(daemon.get(items + "?limit=1&after=" + lastId)))
                    .contains("\"type\":\"function_call\"");
            assertRefused(daemon.get(items + "?limit=0"), 400, "\"param\":\"limit\"");
            assertRefused(daemon.get(items + "?order=up"), 400, "\"param\":\"order\"");
        }
    }

    @Test
    void oneThatIsNotKeptCannotBeGoneOnFrom() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            assertRefused(
                    daemon.post(
                            PATH,
                            "{\"model\":\"a\",\"input\":\"x\",\"previous_response_id\":\"resp_1\"}"),
                    400,
                    "\"param\":\"previous_response_id\",\"code\":\"previous_response_not_found\"");
            assertThat(guest.seen("message")).isEmpty();
        }
    }

    @Test
    void aClientThatLeavesAtTheBeginningFindsItCancelled() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            String id;
            try (RawEvents events =
                    new RawEvents(
                            daemon, PATH, "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true}")) {
                id = id(events.next());
            }
            guest.take();
            assertThat(guest.take().type()).isEqualTo("cancel");
            daemon.awaitBody(PATH + "/" + id, "\"status\":\"cancelled\"");
        }
    }

    @Test
    void aStreamThatFailsIsKeptAsFailed() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                RawEvents events =
                        new RawEvents(
                                daemon,
                                PATH,
                                "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true}")) {
            Request message = guest.take();
            message.chunk("half");
            String id = id(events.next());
            assertThat(ok(daemon.get(PATH + "/" + id))).contains("\"status\":\"in_progress\"");
            message.link().reset();
            daemon.awaitBody(PATH + "/" + id, "\"status\":\"failed\",\"error\":{\"code\":");
            assertThat(ok(daemon.get(PATH + "/" + id))).contains("\"text\":\"half\"");
        }
    }

    @Test
    void oneInTheBackgroundGoesOnWithoutItsClient() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            String begun = ok(daemon.post(PATH, BACKGROUND));
            assertThat(begun).contains("\"background\":true");
            String path = PATH + "/" + id(begun);
            Request message = guest.take();
            daemon.awaitBody(path, "\"status\":\"in_progress\"");

            message.done(1, "yes");

            daemon.awaitBody(path, "\"status\":\"completed\"");
            assertThat(ok(daemon.get(path))).contains("\"text\":\"yes\"");
            assertThat(guest.seen("cancel")).isEmpty();
            assertThat(ok(daemon.send("POST", path + "/cancel", "")))
                    .contains("\"status\":\"completed\"");
        }
    }

    @Test
    void itsEventsAreReadAgainFromAnyNumber() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            String id;
            Request message;
            try (RawEvents events = new RawEvents(daemon, PATH, STREAMED_BACKGROUND)) {
                id = id(events.next());
                message = guest.take();
                message.chunk(1, "one");
                while (!events.next().contains("\"one\"")) {
                    // those before it
                }
            }
            String stream = PATH + "/" + id + "?stream=true&starting_after=";
            try (MessageReader all = new MessageReader(daemon.stream("GET", stream + "0", ""));
                    MessageReader some =
                            new MessageReader(daemon.stream("GET", stream + "4", ""))) {
                assertThat(all.next()).contains("\"sequence_number\":1,");
                message.done(2, "two");

                List<String> rest = some.rest();
                assertThat(rest.getFirst())
                        .startsWith("response.output_text.delta ")
                        .contains("\"sequence_number\":5,")
                        .contains("\"delta\":\"two\"");
                assertThat(rest.getLast())
                        .startsWith("response.completed ")
                        .contains("\"text\":\"onetwo\"");
                assertThat(some.isBroken()).isFalse();
                assertThat(all.rest().getLast()).isEqualTo(rest.getLast());
            }
            try (MessageReader late = new MessageReader(daemon.stream("GET", stream + "8", ""))) {
                assertThat(late.rest()).hasSize(1).first().asString().startsWith("response.comp");
            }
            assertRefused(daemon.get(stream + "x"), 400, "\"param\":\"starting_after\"");
        }
    }

    @Test
    void oneInTheBackgroundIsCancelled() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            String path = PATH + "/" + id(ok(daemon.post(PATH, BACKGROUND)));
            guest.take();
            daemon.awaitBody(path, "\"status\":\"in_progress\"");

            assertThat(ok(daemon.send("POST", path + "/cancel", "")))
                    .contains("\"status\":\"cancelled\"");

            assertThat(guest.take().type()).isEqualTo("cancel");
            try (RawEvents events = new RawEvents(daemon, path + "?stream=true")) {
                assertThat(events.next()).startsWith("response.created ");
                List<String> rest = events.rest();
                assertThat(rest.get(rest.size() - 2)).contains("\"status\":\"cancelled\"");
                assertThat(rest.getLast()).contains("\"code\":\"cancelled\"");
                assertThat(events.isBroken()).isTrue();
            }
        }
    }

    @Test
    void oneInTheBackgroundThatFailsSaysSoToAll() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                RawEvents events = new RawEvents(daemon, PATH, STREAMED_BACKGROUND)) {
            String id = id(events.next());
            Request message = guest.take();
            message.chunk("half");
            message.link().reset();

            List<String> rest = events.rest();
            assertThat(rest.get(rest.size() - 2)).startsWith("response.failed ");
            assertThat(rest.getLast()).startsWith("error ").contains("\"code\":\"link_lost\"");
            assertThat(events.isBroken()).isTrue();
            assertThat(ok(daemon.get(PATH + "/" + id))).contains("\"status\":\"failed\"");
        }
    }

    @Test
    void aStreamThatIsToGoOnDoes() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin(
                            "POST",
                            PATH,
                            "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true}",
                            "x-culvert-on-disconnect",
                            "continue");
            Request message = guest.take();
            answer.cancel(true);
            message.done(1, "yes");
            daemon.awaitBody("/api/v1/turns/" + message.id(), "\"outcome\":\"done\"");
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    private static HttpResponse<String> keyed(TestDaemon daemon, String body) throws Exception {
        return daemon.send("POST", PATH, body, "idempotency-key", "once");
    }

    @Test
    void whoRepeatsOneInTheBackgroundGetsTheSameAndNothingBeginsAgain() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            HttpResponse<String> first = keyed(daemon, BACKGROUND);
            String path = PATH + "/" + id(ok(first));
            Request message = guest.take();
            daemon.awaitBody(path, "\"status\":\"in_progress\"");
            HttpResponse<String> running = keyed(daemon, BACKGROUND);
            assertThat(ok(running)).contains(id(first.body()), "\"status\":\"in_progress\"");
            assertThat(running.headers().allValues("x-culvert-turn")).containsExactly(message.id());
            message.done(1, "yes");
            daemon.awaitBody(path, "\"status\":\"completed\"");

            String kept = ok(daemon.get(path));
            assertThat(ok(keyed(daemon, BACKGROUND))).isEqualTo(kept);
            assertThat(ok(daemon.get(path))).isEqualTo(kept);
            try (MessageReader again =
                    new MessageReader(
                            daemon.stream(
                                    "POST",
                                    PATH,
                                    STREAMED_BACKGROUND,
                                    "idempotency-key",
                                    "once"))) {
                assertThat(again.rest().getLast())
                        .startsWith("response.completed ")
                        .contains("\"text\":\"yes\"");
            }
            assertThat(guest.seen("message")).hasSize(1);
            assertThat(guest.seen("resume")).isEmpty();
            assertRefused(keyed(daemon, BACKGROUND.replace("hi", "ho")), 422, "another message");
            assertThat(ok(daemon.get(path))).isEqualTo(kept);
        }
    }

    @Test
    void oneThatFailedIsBegunAgainByARepeatedRequest() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            String path = PATH + "/" + id(ok(keyed(daemon, BACKGROUND)));
            guest.take().error("busy", "not now");
            daemon.awaitBody(path, "\"status\":\"failed\"");

            assertThat(ok(keyed(daemon, BACKGROUND)))
                    .containsPattern("\"status\":\"(queued|in_progress)\"");
            guest.take().done(1, "yes");
            daemon.awaitBody(path, "\"status\":\"completed\"");
        }
    }

    @Test
    void aWholeAnswerThatIsToGoOnIsKeptThoughItsClientLeft() throws Exception {
        String[] headers = {"x-culvert-on-disconnect", "continue", "idempotency-key", "once"};
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", PATH, WHOLE, headers);
            Request message = guest.take();
            answer.cancel(true);
            daemon.awaitMetric("culvert_http_connections", 1);
            message.done(1, "yes");
            daemon.awaitBody("/api/v1/turns/" + message.id(), "\"outcome\":\"done\"");

            String repeated = ok(daemon.send("POST", PATH, WHOLE, headers));
            assertThat(repeated).contains("\"status\":\"completed\"", "\"text\":\"yes\"");
            assertThat(ok(daemon.get(PATH + "/" + id(repeated)))).isEqualTo(repeated);
            assertThat(guest.seen("message")).hasSize(1);
            assertThat(guest.seen("resume")).isEmpty();
        }
    }

    @Test
    void aWholeAnswerThatIsToGoOnAndFailsIsAProblem() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.error("runtime_error", "no"));
            assertRefused(
                    daemon.send("POST", PATH, WHOLE, "x-culvert-on-disconnect", "continue"),
                    502,
                    "runtime_error");
        }
    }

    @Test
    void theTokensOfOneInTheBackgroundAreCountedOnce() throws Exception {
        String last =
                "{\"content\":\"yes\",\"done\":true,\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon daemon = daemon(guest)) {
            String path = PATH + "/" + id(ok(keyed(daemon, BACKGROUND)));
            guest.take().numbered(1, "chunk", last);
            daemon.awaitBody(path, "\"total_tokens\":10");
            keyed(daemon, BACKGROUND);
            daemon.awaitMetric("culvert_tokens_total{direction=\"input\"}", 7);
            daemon.awaitMetric("culvert_tokens_total{direction=\"output\"}", 3);
        }
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(it -> it.getName().startsWith("culvert-others-"))
                .count();
    }

    /** A worker's thread stays for a while after its work. */
    @Test
    void whatFollowsALongConversationIsReadOnAWorkerHoweverSmallItIs() throws Exception {
        String much = "x".repeat(LargeRequests.LARGE_BYTES * 2 / 3);
        String next = "{\"model\":\"a\",\"previous_response_id\":\"%s\",\"input\":\"%s\"}";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("yes"));
            String first = id(ok(daemon.post(PATH, WHOLE.replace("hi", much))));
            String second = id(ok(daemon.post(PATH, next.formatted(first, much))));
            Eventually.await(() -> assertThat(workers()).isZero());

            String third = id(ok(daemon.post(PATH, next.formatted(second, "and?"))));

            assertThat(workers()).isOne();
            assertThat(guest.seen("message").getLast()).contains(much, "\"content\":\"and?\"");
            assertThat(ok(daemon.get(PATH + "/" + third + "/input_items?limit=1")))
                    .contains("\"text\":\"and?\"");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{\"model\":\"a\",\"input\":\"x\",\"background\":true,\"store\":false}' | background",
                "'{\"model\":\"a\",\"input\":\"more than eight bytes\",\"background\":true}' | background",
            })
    void whatCannotBeKeptCannotRunInTheBackground(String body, String param) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"responses\": {\"keep_bytes\": 8},", guest)) {
            assertRefused(daemon.post(PATH, body), 400, "\"param\":\"" + param + "\"");
        }
    }

    @Test
    void onlyOneInTheBackgroundIsCancelledOrStreamedAgain() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done("yes"));
            String path = PATH + "/" + id(ok(daemon.post(PATH, WHOLE)));
            assertRefused(daemon.get(path + "?stream=true"), 400, "\"param\":\"stream\"");
            assertRefused(daemon.send("POST", path + "/cancel", ""), 400, "close the connection");
        }
    }
}
