package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** A turn outlives its client's connection and its links, and stops when nobody wants it. */
@Timeout(60)
@LoopCounts
class TurnTest {
    private static final String STREAM = "/api/v1/agents/a/stream";
    private static final String LAST_NUMBER = "9007199254740991";
    private static final String EVENTS_ONLY = "text/event-stream";

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest... guests) throws Exception {
        return daemon("", guests);
    }

    private TestDaemon daemon(String settings, ScriptedGuest... guests) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guests);
    }

    private static ScriptedGuest guest() throws IOException {
        return ScriptedGuest.announcing("credit", "cancel", "resume").lastComerReads();
    }

    /** Where an event's id says that it is. */
    private static String turn(Event event) {
        return event.id().substring(0, event.id().lastIndexOf(':'));
    }

    private static List<String> ids(List<Event> events) {
        return events.stream().map(e -> e.id().substring(e.id().lastIndexOf(':') + 1)).toList();
    }

    private static void loseLinks(ScriptedGuest guest) throws IOException {
        for (var link : guest.links()) {
            link.reset();
        }
    }

    /** Reads one chunk of a new turn, and leaves. */
    private static Event leaveAfterOneChunk(TestDaemon daemon, ScriptedGuest guest)
            throws Exception {
        try (EventReader events = daemon.stream()) {
            guest.take().chunk(1, "one");
            return events.next();
        }
    }

    @Test
    void theFirstBytesAreTheIdToComeBackWith() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            assertThat(events.line()).isEqualTo("retry: 500"); // a browser's own 3 s are long
            assertThat(events.line()).isEqualTo("id: " + guest.take().id() + ":0");
            assertThat(events.line()).isEmpty();
        }
    }

    @Test
    void whoComesBackGetsExactlyWhatFollows() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            Event first = leaveAfterOneChunk(daemon, guest);

            try (EventReader events =
                    daemon.stream("POST", STREAM, MESSAGE, "Last-Event-ID", first.id())) {
                Request resume = guest.take();
                assertThat(resume.type()).isEqualTo("resume");
                assertThat(resume.id()).isEqualTo(turn(first));
                assertThat(resume.payload()).isEqualTo("{\"after\":1}");
                resume.chunk(2, "two");
                resume.done(3, "");

                List<Event> rest = events.rest();
                assertThat(ids(rest)).containsExactly("2", "3", "4");
                assertThat(rest.getLast().type()).isEqualTo("done");
            }
            assertThat(guest.seen("message")).hasSize(1);
            assertThat(guest.seen("cancel")).isEmpty();
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void aTurnCanBeReadByItsIdFromAnyPlace() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            String turn = turn(leaveAfterOneChunk(daemon, guest));

            CompletableFuture<HttpResponse<String>> whole =
                    daemon.begin("GET", "/api/v1/turns/" + turn + "/stream", "");
            Request resume = guest.take();
            assertThat(resume.payload()).isEqualTo("{\"after\":0}");
            resume.chunk(1, "one");
            resume.done(2, "two");

            assertThat(whole.get().body())
                    .startsWith("retry: 500\nid: " + turn + ":0\n\n")
                    .contains("done");
            CompletableFuture<HttpResponse<String>> tail =
                    daemon.begin("GET", "/api/v1/turns/" + turn + "/stream?after=2", "");
            guest.take().done(2, "two");
            assertThat(tail.get().body())
                    .contains("event: done\nid: " + turn + ":3\n")
                    .doesNotContain("two");
        }
    }

    @Test
    void whoHasItAllIsToldThatThereIsNoMore() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            String turn = turn(leaveAfterOneChunk(daemon, guest));

            CompletableFuture<HttpResponse<String>> done =
                    daemon.begin("GET", "/api/v1/turns/" + turn + "/stream?after=3", "");
            guest.take().done(2, "two");
            assertThat(done.get().statusCode()).isEqualTo(204);

            CompletableFuture<HttpResponse<String>> failed =
                    daemon.begin("GET", "/api/v1/turns/" + turn + "/stream?after=2", "");
            guest.take()
                    .numbered(2, "error", "{\"code\":\"stream_broken\",\"message\":\"it broke\"}");
            assertThat(failed.get().statusCode()).isEqualTo(204);
            assertThat(daemon.get("/metrics").body())
                    .as("it was told, and counted, when it happened")
                    .doesNotContain("culvert_http_failures_total{error=\"stream_broken\"");
        }
    }

    @Test
    void aTurnThatTheAgentDoesNotKnowIsGone() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            guest.on("resume", it -> it.error("unknown_turn", "no turn of this id is kept"));
            String turn = turn(leaveAfterOneChunk(daemon, guest));
            String path = "/api/v1/turns/" + turn + "/stream?after=1";

            HttpResponse<String> problem = daemon.get(path);
            assertThat(problem.statusCode()).isEqualTo(410);
            assertThat(problem.body()).contains("\"code\":\"unknown_turn\"");

            List<Event> events = daemon.stream("GET", path, "", "Accept", EVENTS_ONLY).rest();
            assertThat(events).hasSize(1);
            assertThat(events.getFirst().type()).isEqualTo("error");
            assertThat(events.getFirst().data()).contains("\"code\":\"unknown_turn\"");
            assertThat(events.getFirst().id()).isEqualTo(turn + ":" + LAST_NUMBER);

            // Which a browser then comes back with, and stops at last.
            assertThat(
                            daemon.send(
                                            "GET",
                                            path,
                                            "",
                                            "Accept",
                                            EVENTS_ONLY,
                                            "Last-Event-ID",
                                            turn + ":" + LAST_NUMBER)
                                    .statusCode())
                    .isEqualTo(204);
        }
    }

    @Test
    void chunksThatTheAgentNoLongerKeepsAreAConflict() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            guest.on("resume", it -> it.error("log_truncated", "frames after 0 are gone"));
            String turn = turn(leaveAfterOneChunk(daemon, guest));

            HttpResponse<String> answer = daemon.get("/api/v1/turns/" + turn + "/stream");

            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.body()).contains("\"code\":\"log_truncated\"");
        }
    }

    @Test
    void anIdThatWasNotMadeHereIsGoneAndTheAgentIsNotAsked() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            String turn = turn(leaveAfterOneChunk(daemon, guest));
            String forged = turn.substring(0, turn.length() - 1) + (turn.endsWith("A") ? "B" : "A");
            String other = "b" + turn.substring(1);

            for (String id : List.of(forged, other, "a.", "nothing", "a.AAAA")) {
                assertThat(daemon.get("/api/v1/turns/" + id + "/stream").statusCode())
                        .as(id)
                        .isEqualTo(410);
                assertThat(daemon.send("DELETE", "/api/v1/turns/" + id, "").statusCode())
                        .as(id)
                        .isEqualTo(410);
            }
            assertThat(guest.seen("resume")).isEmpty();
        }
    }

    @Test
    void aPlaceThatIsNoneIsSaidSo() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            for (String id : List.of("x", ":1", "x:", "x:-1", "x:9007199254740992", "x:1e3")) {
                HttpResponse<String> answer =
                        daemon.send("POST", STREAM, MESSAGE, "Last-Event-ID", id);
                assertThat(answer.statusCode()).as(id).isEqualTo(400);
                assertThat(answer.body()).contains("last-event-id");
            }
            assertThat(daemon.get("/api/v1/turns/x/stream?after=now").statusCode()).isEqualTo(400);
            assertThat(
                            daemon.send("GET", "/api/v1/turns/x/stream", "", "Last-Event-ID", "y:1")
                                    .body())
                    .contains("belongs to another turn");
            assertThat(guest.seen("message")).isEmpty();
        }
    }

    @Test
    void aStreamGoesOnOverTheLossOfItsLink() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();
            message.chunk(1, "one");
            assertThat(events.next().data()).contains("one");

            loseLinks(guest);

            Request resume = guest.take();
            assertThat(resume.type()).isEqualTo("resume");
            assertThat(resume.payload()).isEqualTo("{\"after\":1}");
            resume.chunk(2, "two");
            resume.done(3, "");
            assertThat(ids(events.rest())).containsExactly("2", "3", "4");
            daemon.awaitMetric("culvert_turns_resumed_total{by=\"link\"}", 1);
        }
    }

    @Test
    void aMessageIsAnsweredOverTheLossOfItsLink() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", "/agents/a/message", MESSAGE);
            guest.take().chunk(1, "one, ");
            daemon.awaitMetric("culvert_frames_total{direction=\"received\",type=\"chunk\"}", 1);

            loseLinks(guest);
            guest.take().done(2, "two");

            assertThat(answer.get().body()).isEqualTo("{\"content\":\"one, two\"}");
        }
    }

    @Test
    void aMessageThatMayNotHaveArrivedIsSentAgainToTheSameProcessUnchanged() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            Request first = guest.take();

            loseLinks(guest);

            Request again = guest.take();
            assertThat(again.json()).isEqualTo(first.json());
            again.done(1, "once");
            assertThat(ids(events.rest())).containsExactly("1", "2");
        }
    }

    @Test
    void aMessageOnALinkOnWhichNothingWasHeardMayHaveArrivedAndIsSentAgainToTheSameProcess()
            throws Exception {
        String quick = "\"link\": {\"dial_timeout\": \"200ms\"},";
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(quick, guest)) {
            guest.saysNothingAtFirst();
            guest.on("ping", ScriptedGuest.SILENCE);
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", "/agents/a/message", MESSAGE);
            Request first = guest.take();
            guest.announces("credit", "cancel", "resume");

            Request again = guest.take();
            assertThat(again.json()).isEqualTo(first.json());
            assertThat(again.link()).isNotSameAs(first.link());
            again.done(1, "once");
            assertThat(answer.get().body()).contains("once");
        }
    }

    @Test
    void aMessageIsNeverSentToAnotherProcessThanTheOneThatMayHaveBegunIt() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            guest.take();

            guest.restarted("credit", "cancel", "resume");
            loseLinks(guest);

            Event end = events.rest().getLast();
            assertThat(end.type()).isEqualTo("error");
            assertThat(end.data()).contains("\"code\":\"link_lost\"", "restarted");
            assertThat(guest.seen("message")).hasSize(1);
        }
    }

    @Test
    void aTurnThatCannotBeTakenUpInTimeEndsWithAnErrorThatCanBeResumed() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"timeouts\": {\"message\": \"300ms\"},", guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();
            message.chunk(1, "one");
            assertThat(events.next()).isNotNull();

            guest.down();

            Event end = events.rest().getLast();
            assertThat(end.data()).contains("\"code\":\"link_lost\"");
            assertThat(end.id()).isEqualTo(message.id() + ":1");
        }
    }

    @Test
    void aTurnOfAnAgentThatIsRemovedEnds() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            guest.take().chunk(1, "one");
            assertThat(events.next()).isNotNull();

            assertThat(daemon.send("DELETE", "/api/v1/agents/a", "").statusCode()).isEqualTo(204);

            assertThat(events.rest().getLast().data()).contains("removed");
            assertThat(guest.seen("resume")).isEmpty();
        }
    }

    @Test
    void aClientThatDoesNotComeBackInTimeHasItsTurnStopped() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"turns\": {\"resume_grace\": \"50ms\"},", guest)) {
            Event first = leaveAfterOneChunk(daemon, guest);

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(turn(first));
            cancel.numbered(2, "error", "{\"code\":\"cancelled\",\"message\":\"stopped\"}");

            daemon.awaitMetric(
                    "culvert_turn_stop_duration_seconds_count{cause=\"client_gone\"}", 1);
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void aDeletedTurnIsOverOnceTheAgentHasStopped() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            guest.take().chunk(1, "one");
            String turn = turn(events.next());

            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("DELETE", "/api/v1/turns/" + turn, "");
            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(answer).isNotDone();
            cancel.numbered(2, "error", "{\"code\":\"cancelled\",\"message\":\"stopped\"}");

            assertThat(answer.get().statusCode()).isEqualTo(204);
            Event end = events.rest().getLast();
            assertThat(end.data()).contains("\"code\":\"cancelled\"");
            assertThat(end.id()).isEqualTo(turn + ":2");
            daemon.awaitMetric("culvert_turns_cancelled_total{cause=\"deleted\"}", 1);
        }
    }

    @Test
    void aTurnThatNobodyReadsHereIsDeletedAtTheAgent(@TempDir Path state) throws Exception {
        String settings = "\"state_dir\": \"%s\",".formatted(state);
        try (ScriptedGuest guest = guest()) {
            String turn;
            try (TestDaemon before = daemon(settings, guest)) {
                turn = turn(leaveAfterOneChunk(before, guest));
            }
            try (TestDaemon after = daemon(settings, guest)) {
                CompletableFuture<HttpResponse<String>> answer =
                        after.begin("DELETE", "/api/v1/turns/" + turn, "");
                assertThat(guest.take().type()).isEqualTo("cancel");
                assertThat(guest.take().json()).contains("\"credit\":0", "\"type\":\"resume\"");
                Request cancel = guest.take();
                assertThat(cancel.type()).isEqualTo("cancel");
                cancel.error("cancelled", "stopped");

                assertThat(answer.get().statusCode()).isEqualTo(204);
            }
        }
    }

    @Test
    void aDeletionIsNotSaidToBeDoneByADaemonThatStopsBeforeTheAgentHasAnswered() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            guest.take().chunk(1, "one");
            String turn = turn(events.next());
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("DELETE", "/api/v1/turns/" + turn, "");
            assertThat(guest.take().type()).isEqualTo("cancel");

            daemon.daemon().close();

            assertThat(answer.get().statusCode()).isEqualTo(503);
            assertThat(answer.get().headers().firstValue("retry-after")).isPresent();
            assertThat(answer.get().body()).contains("\"code\":\"draining\"", "shutting down");
        }
    }

    @Test
    void anAgentThatCannotStopIsSaidToWorkOn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            guest.take().chunk("one");
            String turn = turn(events.next());

            HttpResponse<String> answer = daemon.send("DELETE", "/api/v1/turns/" + turn, "");

            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.body()).contains("\"code\":\"cannot_cancel\"", "works on");
            assertThat(events.rest().getLast().data()).contains("cannot_cancel");
        }
    }

    @Test
    void aTurnIsTakenUpByTheNextDaemonThatHasTheKey(@TempDir Path state) throws Exception {
        String settings = "\"state_dir\": \"%s\",".formatted(state);
        try (ScriptedGuest guest = guest()) {
            Event first;
            try (TestDaemon before = daemon(settings, guest);
                    EventReader events = before.stream()) {
                guest.take().chunk(1, "one");
                first = events.next();
                before.daemon().close();
                Event last = events.rest().getLast();
                assertThat(last.data()).contains("\"code\":\"draining\"");
                assertThat(last.id()).isEqualTo(first.id());
            }
            assertThat(guest.seen("cancel")).isEmpty();

            try (TestDaemon after = daemon(settings, guest)) {
                CompletableFuture<HttpResponse<String>> rest =
                        after.begin("POST", STREAM, MESSAGE, "Last-Event-ID", first.id());
                guest.take().done(2, "two");
                assertThat(rest.get().body()).contains("two", "event: done");
            }
            try (TestDaemon stranger = daemon(guest)) {
                assertThat(
                                stranger.send("POST", STREAM, MESSAGE, "Last-Event-ID", first.id())
                                        .statusCode())
                        .isEqualTo(410);
            }
        }
    }

    @Test
    void aRepeatedRequestMeansTheSameTurnAndItsLastReaderHasIt() throws Exception {
        String[] key = {"Idempotency-Key", "order 4711"};
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader first = daemon.stream("POST", STREAM, MESSAGE, key)) {
            Request begun = guest.take();
            begun.chunk(1, "one");
            assertThat(first.next().data()).contains("one");

            CompletableFuture<HttpResponse<String>> second =
                    daemon.begin("POST", "/agents/a/message", MESSAGE, key);
            Request repeated = guest.take();
            assertThat(repeated.json()).isEqualTo(begun.json());
            repeated.chunk(1, "one");
            repeated.done(2, " two");

            assertThat(second.get().body()).contains("one two");
            assertThat(first.rest().getLast().data()).contains("\"code\":\"taken_over\"");
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void whoIsDisplacedBeforeItsHeadIsToldSoAndNotThatItHasAll() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            String turn = turn(leaveAfterOneChunk(daemon, guest));
            String path = "/api/v1/turns/" + turn + "/stream?after=1";
            CompletableFuture<HttpResponse<String>> first = daemon.begin("GET", path, "");
            assertThat(guest.take().type()).isEqualTo("resume");
            CompletableFuture<HttpResponse<String>> second = daemon.begin("GET", path, "");
            guest.take().done(2, "two");

            assertThat(second.get().body()).contains("two");
            String displaced = first.get().body();
            if (first.get().statusCode() == 200) { // its head was sent, because the agent was slow
                assertThat(displaced).contains("event: error").doesNotContain("event: done");
            } else {
                assertThat(first.get().statusCode()).isEqualTo(409);
            }
            assertThat(displaced).contains("\"code\":\"taken_over\"");
        }
    }

    @Test
    void theLastWhoCameReadsHoweverItsRequestsReachedTheAgent() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader reader = daemon.stream()) {
            Request message = guest.take();

            message.error("taken_over", "the turn is read on another link");

            Request again = guest.take();
            assertThat(again.json()).isEqualTo(message.json());
            again.chunk(1, "one");
            assertThat(reader.next().data()).contains("one");
            again.error("taken_over", "the turn is read on another link");
            Event end = reader.rest().getLast();
            assertThat(end.data()).contains("\"code\":\"taken_over\"");
            assertThat(end.id()).isEqualTo(message.id() + ":1");
        }
    }

    @Test
    void otherKeysAndOtherAgentsAreOtherTurns() throws Exception {
        try (ScriptedGuest guest = guest();
                ScriptedGuest other = guest();
                TestDaemon daemon = daemon(guest, other)) {
            guest.on("message", it -> it.done(1, it.id())).on("resume", it -> it.done(1, it.id()));
            other.on("message", it -> it.done(1, it.id()));
            String path = "/agents/a/message";
            String one = daemon.send("POST", path, MESSAGE, "Idempotency-Key", "1").body();

            assertThat(daemon.send("POST", path, MESSAGE, "Idempotency-Key", "1").body())
                    .isEqualTo(one);
            assertThat(daemon.send("POST", path, MESSAGE, "Idempotency-Key", "2").body())
                    .isNotEqualTo(one);
            assertThat(
                            daemon.send(
                                            "POST",
                                            "/agents/b/message",
                                            MESSAGE,
                                            "Idempotency-Key",
                                            "1")
                                    .body())
                    .isNotEqualTo(one.replace("a.", "b."));
            assertThat(daemon.post(path, MESSAGE).body()).isNotEqualTo(one);
        }
    }

    @Test
    void aKeyThatWasUsedForAnotherMessageIsRefusedAsTheAgentSays() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            guest.on("message", it -> it.error("id_reused", "it began with another payload"));

            HttpResponse<String> answer =
                    daemon.send("POST", "/agents/a/message", MESSAGE, "Idempotency-Key", "1");

            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.body()).contains("\"code\":\"id_reused\"");
        }
    }

    @Test
    void aKeyIsRefusedWhereItCannotBeHeeded() throws Exception {
        try (ScriptedGuest base = ScriptedGuest.start();
                TestDaemon daemon = daemon(base)) {
            HttpResponse<String> answer =
                    daemon.send("POST", "/agents/a/message", MESSAGE, "Idempotency-Key", "1");

            assertThat(answer.statusCode()).isEqualTo(501);
            assertThat(answer.body()).contains("base protocol");
            assertThat(base.seen("message")).isEmpty();
            assertThat(
                            daemon.send("POST", STREAM, MESSAGE, "Idempotency-Key", "k".repeat(256))
                                    .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void aKeyedMessageMayBeComeBackFor() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> first =
                    daemon.begin("POST", "/agents/a/message", MESSAGE, "Idempotency-Key", "1");
            guest.take();
            first.cancel(true);

            CompletableFuture<HttpResponse<String>> second =
                    daemon.begin("POST", "/agents/a/message", MESSAGE, "Idempotency-Key", "1");
            guest.take().done(1, "here");

            assertThat(second.get().body()).contains("here");
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }

    @Test
    void aTurnOfABaseAgentCannotBeTakenUp() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.withoutHeartbeats();
                TestDaemon daemon = daemon(guest)) {
            Event first;
            try (EventReader events = daemon.stream()) {
                guest.take().chunk("one");
                first = events.next();
            }

            HttpResponse<String> answer =
                    daemon.send("POST", STREAM, MESSAGE, "Last-Event-ID", first.id());

            assertThat(answer.statusCode()).isEqualTo(410);
            assertThat(answer.body()).contains("base protocol");
            assertThat(guest.seen("message")).hasSize(1);
        }
    }
}
