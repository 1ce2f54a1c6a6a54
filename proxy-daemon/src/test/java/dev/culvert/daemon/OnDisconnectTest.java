package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** What becomes of a turn whose client leaves: it stops, or goes on if the request says so. */
@Timeout(60)
@LoopCounts
class OnDisconnectTest {
    private static final String ASK = "/api/v1/agents/a/message";
    private static final String STREAM = "/api/v1/agents/a/stream";
    private static final String QUICK = "\"turns\": {\"resume_grace\": \"50ms\"},";
    private static final String[] CONTINUE = {"x-culvert-on-disconnect", "continue"};

    @Parameter int eventLoops;

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private static ScriptedGuest guest() throws IOException {
        return ScriptedGuest.announcing("credit", "cancel", "resume");
    }

    private static String turn(Request message) {
        return "/api/v1/turns/" + message.id();
    }

    /** The message of a client that has left before the first token. */
    private static Request askAndLeave(TestDaemon daemon, ScriptedGuest guest, String path)
            throws Exception {
        CompletableFuture<HttpResponse<String>> answer =
                daemon.begin("POST", path, MESSAGE, CONTINUE);
        Request message = guest.take();
        answer.cancel(true);
        daemon.awaitBody(turn(message), "\"read_by\":[]");
        return message;
    }

    private static void answerWithMoreThanTheCredit(Request message, ScriptedGuest guest)
            throws Exception {
        long seq = 1;
        for (int i = 0; i < 3; i++) {
            message.chunk(seq++, "x".repeat(40 * 1024));
            assertThat(guest.take().type()).isEqualTo("credit");
        }
        message.done(seq, "end");
    }

    @Test
    void aClientThatAskedForTheWholeMayLeaveBeforeTheFirstToken() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(QUICK, guest)) {
            Request message = askAndLeave(daemon, guest, ASK);

            answerWithMoreThanTheCredit(message, guest);

            daemon.awaitBody(turn(message), "\"outcome\":\"done\"");
            daemon.awaitBody("/api/v1/agents/a/turns", "\"turn\":\"" + message.id() + "\"");
            assertThat(guest.seen("cancel")).isEmpty();
            assertThat(daemon.metric("culvert_turns_detachable")).isZero();
        }
    }

    @Test
    void whatItTookIsCountedOnceThoughNoClientReadIt() throws Exception {
        String last =
                "{\"content\":\"yes\",\"done\":true,\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(QUICK, guest)) {
            Request message = askAndLeave(daemon, guest, ASK);
            message.numbered(1, "chunk", last);
            daemon.awaitMetric("culvert_tokens_total{direction=\"input\"}", 7);
            daemon.awaitBody(turn(message), "\"outcome\":\"done\"");

            guest.on("resume", resume -> resume.numbered(1, "chunk", last));
            try (EventReader again = daemon.stream("GET", turn(message) + "/stream", "")) {
                assertThat(again.rest()).isNotEmpty();
            }
            assertThat(daemon.metric("culvert_tokens_total{direction=\"input\"}")).isEqualTo(7);
            assertThat(daemon.metric("culvert_tokens_total{direction=\"output\"}")).isEqualTo(3);
        }
    }

    @Test
    void aClientOfAStreamMayLeaveToo() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(QUICK, guest)) {
            Request message;
            try (EventReader events = daemon.stream("POST", STREAM, MESSAGE, CONTINUE)) {
                message = guest.take();
                message.chunk(1, "one");
                assertThat(events.next().data()).contains("one");
            }
            daemon.awaitBody(turn(message), "\"read_by\":[]");
            assertThat(daemon.metric("culvert_turns_detachable")).isEqualTo(1);
            for (String path : List.of(turn(message), "/api/v1/turns", "/api/v1/agents/a/turns")) {
                assertThat(daemon.get(path).body()).contains("\"on_disconnect\":\"continue\"");
            }

            message.chunk(2, "two");
            message.done(3, "");

            daemon.awaitBody(turn(message), "\"outcome\":\"done\"");
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    @Test
    void aTurnOfABaseAgentGoesOnToo() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon(QUICK, guest)) {
            Request message = askAndLeave(daemon, guest, ASK);

            message.chunk("one");
            message.done("two");

            daemon.awaitBody(turn(message), "\"outcome\":\"done\"");
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    @Test
    void whoReadsItLaterMayLeaveAsWell() throws Exception {
        try (ScriptedGuest guest = guest().lastComerReads();
                TestDaemon daemon = daemon(QUICK, guest)) {
            Request message = askAndLeave(daemon, guest, STREAM);
            message.chunk(1, "one");
            daemon.awaitBody(turn(message), "\"last_event\":1");
            try (EventReader later = daemon.stream("GET", turn(message) + "/stream", "")) {
                Request resume = guest.take();
                assertThat(resume.type()).isEqualTo("resume");
                resume.chunk(1, "one");
                assertThat(later.next().data()).contains("one");
            }
            daemon.awaitBody(turn(message), "\"read_by\":[]");

            Request reader = guest.reader(message.id());
            reader.chunk(2, "two");
            reader.done(3, "");

            daemon.awaitBody(turn(message), "\"outcome\":\"done\"");
            assertThat(guest.seen("cancel")).isEmpty();
            assertThat(daemon.metric("culvert_turns_detachable")).isZero();
        }
    }

    @Test
    void itCanBeStopped() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(QUICK, guest)) {
            Request message = askAndLeave(daemon, guest, ASK);

            CompletableFuture<HttpResponse<String>> deleted =
                    daemon.begin("DELETE", turn(message), "");
            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            cancel.numbered(1, "error", "{\"code\":\"cancelled\",\"message\":\"stopped\"}");

            assertThat(deleted.get().statusCode()).isEqualTo(204);
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void itGoesOnOverTheLossOfItsLink() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(QUICK, guest)) {
            Request message = askAndLeave(daemon, guest, ASK);
            message.chunk(1, "one");
            daemon.awaitBody(turn(message), "\"last_event\":1");

            message.link().close();

            Request resume = guest.take();
            assertThat(resume.type()).isEqualTo("resume");
            assertThat(resume.payload()).contains("\"after\":1");
            resume.done(2, "");
            daemon.awaitBody(turn(message), "\"outcome\":\"done\"");
        }
    }

    @Test
    void aDaemonThatStopsWaitsForIt() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"timeouts\": {\"drain\": \"10s\"},", guest)) {
            Request message = askAndLeave(daemon, guest, ASK);
            message.chunk(1, "one");
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(daemon.daemon()::close);
            Eventually.await(() -> assertThat(readyz(daemon)).isEqualTo(503));
            assertThat(stopped).isNotDone();

            message.done(2, "");

            stopped.join();
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    private static int readyz(TestDaemon daemon) {
        try {
            return daemon.get("/readyz").statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void withoutTheHeaderAClientThatLeavesBeforeTheFirstTokenStopsTheRuntime() throws Exception {
        for (String path : new String[] {ASK, STREAM}) {
            try (ScriptedGuest guest = guest();
                    TestDaemon daemon = daemon(QUICK, guest)) {
                CompletableFuture<HttpResponse<String>> answer =
                        daemon.begin("POST", path, MESSAGE);
                Request message = guest.take();

                answer.cancel(true);

                Request cancel = guest.take();
                assertThat(cancel.type()).isEqualTo("cancel");
                assertThat(cancel.id()).isEqualTo(message.id());
            }
        }
    }

    @Test
    void theHeaderTakesTwoWords() throws Exception {
        try (ScriptedGuest guest = guest().on("message", it -> it.done(1, ""));
                TestDaemon daemon = daemon("", guest)) {
            for (String path : new String[] {ASK, STREAM}) {
                HttpResponse<String> refused =
                        daemon.send("POST", path, MESSAGE, "x-culvert-on-disconnect", "stay");
                assertThat(refused.statusCode()).isEqualTo(400);
                assertThat(refused.body()).contains("'continue' or 'cancel'");
                HttpResponse<String> taken =
                        daemon.send("POST", path, MESSAGE, "x-culvert-on-disconnect", "Cancel");
                assertThat(taken.statusCode()).isEqualTo(200);
            }
            assertThat(guest.seen("message")).hasSize(2);
        }
    }

    @Test
    void anAnswerNamesItsTurnIfItCanBeReadAgain() throws Exception {
        try (ScriptedGuest guest = guest().on("message", it -> it.done(1, ""));
                TestDaemon daemon = daemon("", guest)) {
            HttpResponse<String> stream = daemon.post(STREAM, MESSAGE);
            HttpResponse<String> keyed =
                    daemon.send("POST", ASK, MESSAGE, "idempotency-key", "order 4711");
            HttpResponse<String> continuing = daemon.send("POST", ASK, MESSAGE, CONTINUE);

            for (HttpResponse<String> answer : List.of(stream, keyed, continuing)) {
                String turn = answer.headers().firstValue("x-culvert-turn").orElseThrow();
                assertThat(daemon.get("/api/v1/turns/" + turn).body())
                        .contains("\"outcome\":\"done\"");
            }
            assertThat(daemon.post(ASK, MESSAGE).headers().firstValue("x-culvert-turn")).isEmpty();
        }
    }
}
