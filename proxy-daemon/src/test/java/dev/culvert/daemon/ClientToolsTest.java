package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Clients that run tools of their own, and go on with the results. */
@Timeout(60)
@LoopCounts
class ClientToolsTest {
    private static final String TOOLS =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\"}}]";
    private static final String ASK = "{\"role\":\"user\",\"content\":\"when?\"," + TOOLS + "}";
    private static final String STREAM = "/api/v1/agents/a/stream";
    private static final String MESSAGE = "/api/v1/agents/a/message";

    private static final String HELD = "culvert_held_bytes{kind=\"continuations\"}";

    private static final String TWO_CALLS =
            "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{\\\"zone\\\":\"}},"
                    + "{\"index\":1,\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}]}";
    private static final String MORE_OF_THE_FIRST =
            "{\"content\":\"\",\"done\":false,\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"UTC\\\"}\"}}]}";
    private static final String END =
            "{\"content\":\"\",\"done\":true,\"finish_reason\":\"tool_calls\"}";

    private static final String FIRST =
            "{\"call_id\":\"c1\",\"tool_name\":\"now\",\"arguments\":{\"zone\":\"UTC\"}}";
    private static final String SECOND =
            "{\"call_id\":\"c2\",\"tool_name\":\"now\",\"arguments\":{}}";

    private static final String RESULTS =
            "{\"id\":\"c2\",\"success\":false,\"error\":\"no clock\"},{\"id\":\"c1\",\"success\":true,\"result\":\"noon\"}";

    private static final String GOES_ON =
            "{"
                    + TOOLS
                    + ",\"messages\":[{\"role\":\"user\",\"content\":\"when?\"},"
                    + "{\"role\":\"assistant\",\"content\":\"I look.\",\"tool_calls\":["
                    + "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{\\\"zone\\\":\\\"UTC\\\"}\"}},"
                    + "{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}]},"
                    + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"noon\"},"
                    + "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"Error: no clock\"}]}";

    private static final Pattern CONTINUATION =
            Pattern.compile("\"continuation\":\"(ct_[\\w-]{24})\"");
    private static final Pattern TURN = Pattern.compile("\"turn\":\"([^\"]+)\"");

    @Parameter int eventLoops;
    @TempDir Path directory;

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon("", guest);
    }

    private TestDaemon keeping(Path state, ScriptedGuest guest) throws Exception {
        return daemon("\"state_dir\": \"%s\",".formatted(directory.resolve(state)), guest);
    }

    private static ScriptedGuest guest() throws IOException {
        return ScriptedGuest.announcing("credit", "cancel", "resume");
    }

    /** Says something, and calls two tools of the client. */
    private static void calls(Request turn) throws IOException {
        turn.chunk(1, "I look.");
        turn.numbered(2, "chunk", TWO_CALLS);
        turn.numbered(3, "chunk", MORE_OF_THE_FIRST);
        turn.numbered(4, "chunk", END);
    }

    private static String continuation(String text) {
        Matcher found = CONTINUATION.matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return found.group(1);
    }

    private static String turn(String id) {
        return id.substring(0, id.lastIndexOf(':'));
    }

    private static List<String> told(List<Event> events) {
        return events.stream()
                .map(it ->
                        it.type() + it.id().substring(it.id().lastIndexOf(':')) + " " + it.data())
                .toList();
    }

    private static String path(String turn) {
        return "/api/v1/turns/" + turn + "/continue";
    }

    private static String body(String continuation, String results) {
        return "{\"continuation\":\"%s\",\"tool_results\":[%s]}".formatted(continuation, results);
    }

    /** What a client has that may go on. */
    private record Called(String turn, String continuation) {
        HttpResponse<String> goOn(TestDaemon daemon, String results, String... headers)
                throws Exception {
            return daemon.send("POST", path(turn), body(continuation, results), headers);
        }
    }

    private static Called called(TestDaemon daemon, ScriptedGuest guest, String... headers)
            throws Exception {
        guest.on("message", ClientToolsTest::calls);
        try (EventReader reader = daemon.stream("POST", STREAM, ASK, headers)) {
            Event done = reader.rest().getLast();
            guest.on("message", message -> message.done(1, "at noon"));
            return new Called(turn(done.id()), continuation(done.data()));
        }
    }

    @Test
    void aStreamTellsEachWholeCallBeforeItsEndAndTheResultsGoOn() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", ClientToolsTest::calls);
            List<Event> events;
            try (EventReader reader = daemon.stream("POST", STREAM, ASK)) {
                events = reader.rest();
            }
            assertThat(told(events).subList(4, 7))
                    .satisfiesExactly(
                            it -> assertThat(it).isEqualTo("tool_call:5 " + FIRST),
                            it -> assertThat(it).isEqualTo("tool_call:6 " + SECOND),
                            it ->
                                    assertThat(it)
                                            .matches(
                                                    "done:7 \\{\"finish_reason\":\"tool_calls\",\"continuation\":\"ct_[\\w-]{24}\"}"));
            String turn = turn(events.getFirst().id());
            guest.on("message", message -> message.done(1, "at noon"));

            try (EventReader reader =
                    daemon.stream(
                            "POST",
                            path(turn),
                            body(continuation(events.getLast().data()), RESULTS))) {
                List<Event> rest = reader.rest();
                assertThat(reader.status()).isEqualTo(200);
                assertThat(reader.header("x-culvert-turn")).isNotEqualTo(turn).startsWith("a.");
                assertThat(EventReader.content(rest)).isEqualTo("at noon");
                assertThat(rest.getLast().data()).isEqualTo("{}");
            }
            assertThat(guest.seen("message").getLast()).isEqualTo(GOES_ON);
            assertThat(daemon.metric("culvert_continuations_given_total")).isEqualTo(1);
            daemon.awaitMetric("culvert_continuations_used_total", 1);
        }
    }

    @Test
    void aWholeAnswerHasWhatIsNeededToGoOnAndSoHasTheNextRound() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            guest.on(
                    "message",
                    message -> {
                        message.chunk("I look.");
                        message.reply("chunk", TWO_CALLS);
                        message.reply("chunk", MORE_OF_THE_FIRST);
                        message.reply("chunk", END);
                    });
            HttpResponse<String> answer = daemon.post(MESSAGE, ASK);
            String body = answer.body();
            for (int round = 1; round <= 3; round++) {
                assertThat(body)
                        .contains("{\"content\":\"I look.\",\"tool_calls\":[{\"id\":\"c1\"")
                        .contains("\"finish_reason\":\"tool_calls\"");
                Matcher turn = TURN.matcher(body);
                assertThat(turn.find()).as(body).isTrue();
                Called called = new Called(turn.group(1), continuation(body));
                assertThat(answer.headers().firstValue("x-culvert-turn")).hasValue(called.turn());
                answer = called.goOn(daemon, RESULTS, "accept", "application/json");
                body = answer.body();
            }
            String last = guest.seen("message").getLast();
            assertThat(last.split("Error: no clock", -1)).hasSize(4);
            assertThat(last.split("\"role\":\"user\"", -1)).hasSize(2);
        }
    }

    @Test
    void aTurnThatCallsNoToolsEndsAsEverAndLeavesNothing() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", message -> message.done(1, "hi"));

            try (EventReader reader = daemon.stream("POST", STREAM, ASK)) {
                assertThat(told(reader.rest()).getLast()).isEqualTo("done:2 {}");
            }
            assertThat(daemon.post(MESSAGE, ASK).body()).isEqualTo("{\"content\":\"hi\"}");

            daemon.awaitMetric("culvert_continuations_kept", 0);
            daemon.awaitMetric("culvert_continuations_kept_bytes", 0);
        }
    }

    @Test
    void callsOfATurnWithoutToolsOfTheClientAreNoEvents() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", ClientToolsTest::calls);

            try (EventReader reader =
                    daemon.stream("POST", STREAM, "{\"role\":\"user\",\"content\":\"when?\"}")) {
                assertThat(told(reader.rest())).last().isEqualTo("done:5 {}");
            }
        }
    }

    @Test
    void resultsThatDoNotFitAreRefusedAndTheContinuationCanStillBeUsedOnce() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            Called called = called(daemon, guest);
            String one = "{\"id\":\"c1\",\"success\":true,\"result\":1}";

            HttpResponse<String> missing = called.goOn(daemon, one);
            HttpResponse<String> unknown =
                    called.goOn(daemon, RESULTS + ",{\"id\":\"x\",\"success\":true,\"result\":1}");
            HttpResponse<String> twice = called.goOn(daemon, RESULTS + "," + one);

            assertThat(missing.statusCode()).isEqualTo(400);
            assertThat(missing.body()).contains("missing: 'c2'");
            assertThat(unknown.body()).contains("of no call: 'x'").contains("wrong_results");
            assertThat(twice.body()).contains("there twice: 'c1'");
            assertThat(called.goOn(daemon, RESULTS).statusCode()).isEqualTo(200);
            HttpResponse<String> again = called.goOn(daemon, RESULTS);
            assertThat(again.statusCode()).isEqualTo(409);
            assertThat(again.body()).contains("\"code\":\"continuation_used\"");
        }
    }

    @Test
    void ofManyWhoGoOnAtOnceOneDoes() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            Called called = called(daemon, guest);
            List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(
                        daemon.begin(
                                "POST", path(called.turn()), body(called.continuation(), RESULTS)));
            }

            assertThat(all.stream().map(it -> it.join().statusCode()).sorted())
                    .containsExactly(200, 409, 409, 409, 409, 409, 409, 409);
            assertThat(guest.seen("message")).hasSize(2);
        }
    }

    @Test
    void aRequestWithAKeyMayBeSentAgain() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            Called called = called(daemon, guest);
            String[] key = {"idempotency-key", "k1"};
            guest.on("resume", resume -> resume.done(1, "at noon"));

            HttpResponse<String> first = called.goOn(daemon, RESULTS, key);
            HttpResponse<String> second = called.goOn(daemon, RESULTS, key);

            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(second.body()).isEqualTo(first.body());
            assertThat(called.goOn(daemon, RESULTS).statusCode()).isEqualTo(409);
        }
    }

    @Test
    void saysWhatIsWrongWithTheContinuation() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            Called called = called(daemon, guest);
            Called other = called(daemon, guest);

            assertThat(daemon.post(path(called.turn()), "{\"tool_results\":[]}").body())
                    .contains("The continuation is missing");
            assertThat(called.goOn(daemon, RESULTS, "culvert-continuation", "ct_x").body())
                    .contains("name two continuations");
            HttpResponse<String> unknown = new Called(called.turn(), "ct_x").goOn(daemon, RESULTS);
            assertThat(unknown.statusCode()).isEqualTo(410);
            assertThat(unknown.body()).contains("unknown_continuation", "continuations.valid_for");
            HttpResponse<String> ofAnother =
                    new Called(called.turn(), other.continuation()).goOn(daemon, RESULTS);
            assertThat(ofAnother.statusCode()).isEqualTo(404);
            assertThat(ofAnother.body()).contains("other_turn");
            HttpResponse<String> noTurn =
                    new Called("a." + "x".repeat(24), called.continuation()).goOn(daemon, RESULTS);
            assertThat(noTurn.statusCode()).isEqualTo(404);
            assertThat(noTurn.body()).contains("unknown_turn");
            HttpResponse<String> byHeader =
                    daemon.send(
                            "POST",
                            path(called.turn()),
                            "{\"tool_results\":[" + RESULTS + "]}",
                            "culvert-continuation",
                            called.continuation());
            assertThat(byHeader.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void itIsValidForAWhile() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"continuations\": {\"valid_for\": \"1ms\"},", guest)) {
            Called called = called(daemon, guest);

            Thread.sleep(5); // several times continuations.valid_for
            HttpResponse<String> late = called.goOn(daemon, RESULTS);

            assertThat(late.statusCode()).isEqualTo(410);
            assertThat(late.body()).contains("unknown_continuation");
        }
    }

    @Test
    void nobodyElseGoesOn() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            String[] root = bearer(daemon, "\"name\":\"root\",\"roles\":[\"admin\"]");
            String[] mine = bearer(daemon, "\"name\":\"me\",\"roles\":[\"operator\"]", root);
            String[] others = bearer(daemon, "\"name\":\"other\",\"roles\":[\"operator\"]", root);
            String[] strangers =
                    bearer(
                            daemon,
                            "\"name\":\"me\",\"tenant\":\"acme\",\"roles\":[\"operator\"]",
                            root);
            Called called = called(daemon, guest, mine);

            assertThat(called.goOn(daemon, RESULTS, others).statusCode()).isEqualTo(404);
            assertThat(called.goOn(daemon, RESULTS, strangers).statusCode()).isEqualTo(404);
            assertThat(called.goOn(daemon, RESULTS, mine).statusCode()).isEqualTo(200);
        }
    }

    private static String[] bearer(TestDaemon daemon, String members, String... headers)
            throws Exception {
        String made = daemon.send("POST", "/api/v1/tokens", "{" + members + "}", headers).body();
        Matcher token = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(made);
        assertThat(token.find()).as(made).isTrue();
        return new String[] {"authorization", "Bearer " + token.group(1)};
    }

    @Test
    void aClientThatComesBackSeesEachCallOnce() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            Called called = called(daemon, guest);

            for (int last : new int[] {4, 5, 6}) {
                try (EventReader reader =
                        daemon.stream(
                                "GET",
                                "/api/v1/turns/" + called.turn() + "/stream?after=" + last,
                                "")) {
                    List<String> told = told(reader.rest());
                    assertThat(told)
                            .hasSize(7 - last)
                            .last()
                            .asString()
                            .startsWith("done:7 ")
                            .contains(called.continuation());
                    assertThat(told.subList(0, 6 - last))
                            .isEqualTo(
                                    List.of("tool_call:5 " + FIRST, "tool_call:6 " + SECOND)
                                            .subList(last - 4, 2));
                }
            }
            assertThat(
                            daemon.get("/api/v1/turns/" + called.turn() + "/stream?after=7")
                                    .statusCode())
                    .isEqualTo(204);
            assertThat(guest.seen("resume")).isEmpty(); // it may have forgotten the turn
            guest.on("resume", resume -> resume.numbered(4, "chunk", END));
            assertThat(daemon.get("/api/v1/turns/" + called.turn() + "/stream?after=3").body())
                    .contains("id: " + called.turn() + ":4\n", called.continuation());
            assertThat(called.goOn(daemon, RESULTS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatLosesItsConnectionInTheMiddleGetsTheRestAndGoesOn() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            String turn;
            try (EventReader reader = daemon.stream("POST", STREAM, ASK)) {
                Request message = guest.take();
                message.chunk(1, "I look.");
                message.numbered(2, "chunk", TWO_CALLS);
                reader.next();
                turn = turn(reader.next().id());
            }
            daemon.awaitBody("/api/v1/turns/" + turn, "\"read_by\":[]");
            guest.on(
                    "resume",
                    resume -> {
                        assertThat(resume.payload()).isEqualTo("{\"after\":1}");
                        resume.numbered(2, "chunk", TWO_CALLS);
                        resume.numbered(3, "chunk", MORE_OF_THE_FIRST);
                        resume.numbered(4, "chunk", END);
                    });

            try (EventReader reader =
                    daemon.stream("GET", "/api/v1/turns/" + turn + "/stream?after=1", "")) {
                List<Event> events = reader.rest();
                assertThat(told(events).subList(3, 5))
                        .containsExactly("tool_call:5 " + FIRST, "tool_call:6 " + SECOND);
                guest.on("message", message -> message.done(1, "at noon"));
                new Called(turn, continuation(events.getLast().data())).goOn(daemon, RESULTS);
            }
            assertThat(guest.seen("message").getLast()).isEqualTo(GOES_ON);
        }
    }

    @Test
    void whoReadsAlongSeesTheCallsAndNotTheContinuation() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader reader = daemon.stream("POST", STREAM, ASK)) {
            Request message = guest.take();
            try (EventReader watcher =
                    daemon.stream("GET", "/api/v1/turns/" + message.id() + "/stream?watch=1", "")) {
                daemon.awaitMetric("culvert_watchers", 1);
                calls(message);

                List<String> told = told(reader.rest());
                List<String> watched = told(watcher.rest());

                assertThat(watched)
                        .hasSize(7)
                        .startsWith(told.subList(0, 6).toArray(String[]::new));
                assertThat(watched.getLast())
                        .isEqualTo("done:7 {\"finish_reason\":\"tool_calls\"}");
                assertThat(told.getLast()).contains("\"continuation\":\"ct_");
            }
        }
    }

    /** What a daemon would find that starts after this one was killed now. */
    private Path killed(Path state, Path copy) throws IOException {
        Path from = directory.resolve(state);
        Path to = directory.resolve(copy);
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Path there = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(there);
                } else if (!file.endsWith("lock") && !file.toString().endsWith(".new")) {
                    Files.copy(file, there);
                }
            }
        }
        return copy;
    }

    @Test
    void aContinuationOutlivesTheDaemonAndIsUsedOnceByAllOfThem() throws Exception {
        try (ScriptedGuest guest = guest()) {
            Called called;
            try (TestDaemon daemon = keeping(Path.of("state"), guest)) {
                called = called(daemon, guest);
            }
            try (TestDaemon daemon = keeping(Path.of("state"), guest)) {
                assertThat(called.goOn(daemon, RESULTS).statusCode()).isEqualTo(200);
                assertThat(guest.seen("message").getLast()).isEqualTo(GOES_ON);
            }
            try (TestDaemon daemon = keeping(Path.of("state"), guest)) {
                assertThat(called.goOn(daemon, RESULTS).statusCode()).isEqualTo(409);
                guest.on("resume", resume -> resume.numbered(4, "chunk", END));
                assertThat(daemon.get("/api/v1/turns/" + called.turn() + "/stream?after=5").body())
                        .contains("tool_call")
                        .contains(called.continuation())
                        .doesNotContain("c1");
            }
        }
    }

    @Test
    void aDaemonThatIsKilledInTheMiddleOfAnAnswerMakesTheSameEventsAgain() throws Exception {
        try (ScriptedGuest guest = guest()) {
            String turn;
            Path state;
            try (TestDaemon daemon = keeping(Path.of("state"), guest);
                    EventReader reader = daemon.stream("POST", STREAM, ASK)) {
                Request message = guest.take();
                message.chunk(1, "I look.");
                message.numbered(2, "chunk", TWO_CALLS);
                reader.next();
                turn = turn(reader.next().id());
                daemon.awaitMetric("culvert_continuations_kept", 1);
                state = killed(Path.of("state"), Path.of("copy"));
            }
            guest.on("resume", ClientToolsTest::calls);
            try (TestDaemon daemon = keeping(state, guest)) {
                String last;
                try (EventReader reader =
                        daemon.stream("GET", "/api/v1/turns/" + turn + "/stream?after=2", "")) {
                    List<Event> events = reader.rest();
                    assertThat(told(events).subList(0, 4))
                            .containsExactly(
                                    "chunk:3 " + MORE_OF_THE_FIRST,
                                    "chunk:4 " + END,
                                    "tool_call:5 " + FIRST,
                                    "tool_call:6 " + SECOND);
                    last = events.getLast().data();
                }
                assertThat(guest.seen("resume")).containsExactly("{\"after\":0}");
                guest.on("message", message -> message.done(1, "at noon"));
                Called called = new Called(turn, continuation(last));
                assertThat(called.goOn(daemon, RESULTS).statusCode()).isEqualTo(200);
                assertThat(guest.seen("message").getLast()).isEqualTo(GOES_ON);
            }
        }
    }

    @Test
    void whatTheAgentNoLongerHasIsNotGoneOnFromButTheAnswerIsWhole() throws Exception {
        try (ScriptedGuest guest = guest()) {
            String turn;
            Path state;
            try (TestDaemon daemon = keeping(Path.of("state"), guest);
                    EventReader reader = daemon.stream("POST", STREAM, ASK)) {
                guest.take().chunk(1, "I look.");
                turn = turn(reader.next().id());
                daemon.awaitMetric("culvert_continuations_kept", 1);
                state = killed(Path.of("state"), Path.of("copy"));
            }
            guest.on(
                    "resume",
                    resume -> {
                        if (resume.payload().equals("{\"after\":0}")) {
                            resume.error("log_truncated", "it is gone");
                        } else {
                            resume.numbered(2, "chunk", TWO_CALLS);
                            resume.numbered(3, "chunk", END);
                        }
                    });
            try (TestDaemon daemon = keeping(state, guest);
                    EventReader reader =
                            daemon.stream("GET", "/api/v1/turns/" + turn + "/stream?after=1", "")) {
                List<String> told = told(reader.rest());
                assertThat(told).hasSize(3);
                assertThat(told.getLast())
                        .startsWith("done:4 {\"finish_reason\":\"tool_calls\",\"no_continuation\":")
                        .contains("--turn-log-bytes");
                daemon.awaitMetric("culvert_continuations_missing_total", 1);
            }
        }
    }

    @Test
    void aConversationThatIsTooLargeSaysSoInsteadOfAContinuation() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon =
                        daemon("\"continuations\": {\"max_bytes\": \"200B\"},", guest)) {
            guest.on("message", ClientToolsTest::calls);

            try (EventReader reader = daemon.stream("POST", STREAM, ASK)) {
                assertThat(told(reader.rest()).getLast())
                        .contains(
                                "\"no_continuation\":\"the conversation takes over 200 bytes (continuations.max_bytes)\"");
            }
            assertThat(daemon.post(MESSAGE, ASK).body())
                    .contains("\"no_continuation\":\"the conversation takes over 200 bytes");
            assertThat(daemon.metric("culvert_continuations_missing_total")).isEqualTo(2);
            daemon.awaitMetric("culvert_continuations_kept_bytes", 0);
        }
    }

    @Test
    void whatIsSaidIsHeldForTheAgentUntilTheTurnEnds() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader reader = daemon.stream("POST", STREAM, ASK)) {
            Request message = guest.take();
            message.chunk(1, "x".repeat(50_000));
            daemon.awaitMetric(HELD, held -> held >= 50_000);
            message.numbered(2, "chunk", TWO_CALLS);
            message.numbered(3, "chunk", END);

            assertThat(told(reader.rest()).getLast()).contains("\"continuation\":\"ct_");
            daemon.awaitMetric(HELD, 0);
        }
    }

    @Test
    void withoutMemoryForItTheAnswerIsWholeAndHasNoContinuation() throws Exception {
        String limit = "\"memory\": {\"max_held_bytes\": \"8MiB\", \"agent_share\": \"1%\"},";
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(limit, guest);
                EventReader reader = daemon.stream("POST", STREAM, ASK)) {
            Request message = guest.take();
            message.chunk(1, "x".repeat(50_000));
            assertThat(reader.next().id()).endsWith(":1");
            message.chunk(2, "y".repeat(50_000));
            assertThat(reader.next().id()).endsWith(":2");
            daemon.awaitMetric("culvert_held_ended_total{kind=\"continuations\"}", 1);
            message.numbered(3, "chunk", END);

            assertThat(told(reader.rest()).getLast())
                    .startsWith("done:4 ")
                    .contains("\"no_continuation\":\"more bytes wait in the daemon than ");
        }
    }

    @Test
    void resultsThatAreTooLargeAreRefusedAndShorterOnesTaken() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon =
                        daemon("\"continuations\": {\"max_bytes\": \"2KiB\"},", guest)) {
            Called called = called(daemon, guest);

            HttpResponse<String> refused =
                    called.goOn(daemon, RESULTS.replace("noon", "x".repeat(2000)));

            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(refused.body()).contains("continuations.max_bytes");
            assertThat(called.goOn(daemon, RESULTS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void theOldestIsDroppedForANewOne() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"continuations\": {\"keep_bytes\": 1500},", guest)) {
            Called first = called(daemon, guest);
            Called second = called(daemon, guest);

            assertThat(first.goOn(daemon, RESULTS).statusCode()).isEqualTo(410);
            assertThat(second.goOn(daemon, RESULTS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aContinuationIsGivenBackIfItsAgentRefusesTheMessage() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            Called called = called(daemon, guest);
            guest.on("message", message -> message.error("overloaded", "not now"));

            HttpResponse<String> refused =
                    called.goOn(daemon, RESULTS, "accept", "application/json");
            assertThat(refused.statusCode()).isEqualTo(429);
            guest.on("message", message -> message.done(1, "at noon"));

            assertThat(called.goOn(daemon, RESULTS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aContinuationIsGivenBackIfItsAgentIsAway() throws Exception {
        Path socket = directory.resolve("guest.sock");
        try (ScriptedGuest guest = ScriptedGuest.on(socket);
                TestDaemon daemon = daemon("\"timeouts\": {\"message\": \"300ms\"},", guest)) {
            guest.announces("credit", "cancel", "resume");
            Called called = called(daemon, guest);
            guest.down();
            daemon.awaitState("a", "unreachable");

            HttpResponse<String> away = called.goOn(daemon, RESULTS, "accept", "application/json");
            assertThat(away.statusCode()).as(away.body()).isGreaterThanOrEqualTo(500);
            guest.up();
            daemon.awaitState("a", "ready");

            assertThat(called.goOn(daemon, RESULTS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whoseAgentWasRemovedIsToldThat() throws Exception {
        try (ScriptedGuest other = guest();
                ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(other)) {
            daemon.put("/api/v1/agents/b", "{\"address\":\"%s\"}".formatted(guest.address()));
            daemon.awaitState("b", "ready");
            guest.on("message", ClientToolsTest::calls);
            Called called;
            try (EventReader reader = daemon.stream("POST", "/api/v1/agents/b/stream", ASK)) {
                Event done = reader.rest().getLast();
                called = new Called(turn(done.id()), continuation(done.data()));
            }
            daemon.send("DELETE", "/api/v1/agents/b", "");

            HttpResponse<String> gone = called.goOn(daemon, RESULTS);

            assertThat(gone.statusCode()).isEqualTo(410);
            assertThat(gone.body()).contains("agent_gone", "Agent 'b'");
        }
    }
}
