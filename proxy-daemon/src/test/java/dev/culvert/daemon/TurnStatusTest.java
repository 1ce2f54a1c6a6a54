package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** What the daemon says of turns, and what it remembers of those that have ended. */
@Timeout(60)
@LoopCounts
class TurnStatusTest {
    private static final String STREAM = "/api/v1/agents/a/stream";
    private static final String ASK = "/api/v1/agents/a/message";
    private static final String[] KEY = {"Idempotency-Key", "order 4711"};

    @Parameter int eventLoops;

    private TestDaemon daemon(String settings, ScriptedGuest... guests) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guests);
    }

    private static ScriptedGuest guest() throws IOException {
        return ScriptedGuest.announcing("credit", "cancel", "resume").lastComerReads();
    }

    @Test
    void aRunningTurnIsShownWithItsReaderAndAnEndedOneWithHowItEnded() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                EventReader events =
                        daemon.stream("POST", STREAM, MESSAGE, "x-request-id", "r4711")) {
            Request message = guest.take();
            message.chunk(1, "one");
            assertThat(events.next().data()).contains("one");
            String path = "/api/v1/turns/" + message.id();

            assertThat(daemon.get(path).body())
                    .isEqualTo(
                            "{\"turn\":\"%s\",\"agent\":\"a\",\"state\":\"running\",\"last_event\":1,\"read_by\":[\"r4711\"]}"
                                    .formatted(message.id()));
            assertThat(daemon.get("/api/v1/agents/a/turns").body())
                    .isEqualTo(
                            "{\"turns\":[{\"turn\":\"%s\",\"agent\":\"a\",\"state\":\"running\"}],\"next\":null}"
                                    .formatted(message.id()));
            message.done(2, "two");
            assertThat(events.rest()).hasSize(2);

            assertThat(daemon.get(path).body())
                    .contains("\"state\":\"ended\",\"outcome\":\"done\",\"last_event\":3,\"since\"")
                    .endsWith("\"read_by\":[]}");
            daemon.awaitMetric("culvert_turns_remembered{key=\"no\"}", 1);
            assertThat(
                            daemon.metric(
                                    "culvert_stream_first_event_duration_seconds_count{resumed=\"no\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aTurnShowsWhatItTookAlsoIfItsClientHasLeft() throws Exception {
        String last =
                "{\"content\":\"\",\"done\":true,\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
        String tokens = "\"tokens\":{\"input\":7,\"output\":3}";
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest)) {
            CompletableFuture<HttpResponse<String>> stream = daemon.begin("POST", STREAM, MESSAGE);
            Request message = guest.take();
            message.numbered(1, "chunk", last);
            stream.get();
            daemon.awaitBody("/api/v1/agents/a/turns", tokens);
            assertThat(daemon.get("/api/v1/turns/" + message.id()).body()).contains(tokens);

            CompletableFuture<HttpResponse<String>> left =
                    daemon.begin("POST", ASK, MESSAGE, "x-culvert-on-disconnect", "continue");
            Request other = guest.take();
            left.cancel(true);
            daemon.awaitBody("/api/v1/turns/" + other.id(), "\"read_by\":[]");
            other.numbered(1, "chunk", last);
            daemon.awaitBody("/api/v1/turns/" + other.id(), tokens);
        }
    }

    @Test
    void aTurnThatFailedOrIsNotReadIsShownAsThat() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"turns\": {\"resume_grace\": \"10s\"},", guest)) {
            Request failed;
            try (EventReader events = daemon.stream()) {
                failed = guest.take();
                failed.numbered(1, "error", "{\"code\":\"runtime_error\",\"message\":\"no\"}");
                assertThat(events.rest()).hasSize(1);
            }
            Request left;
            try (EventReader events = daemon.stream()) {
                left = guest.take();
                left.chunk(1, "one");
                assertThat(events.next().data()).contains("one");
            }

            assertThat(daemon.get("/api/v1/turns/" + failed.id()).body())
                    .contains(
                            "\"state\":\"ended\",\"outcome\":\"error\",\"code\":\"runtime_error\",\"last_event\":1");
            daemon.awaitBody(
                    "/api/v1/turns/" + left.id(),
                    "\"state\":\"running\",\"last_event\":1,\"read_by\":[]");
            guest.down();
            daemon.awaitBody("/api/v1/turns/" + left.id(), "\"state\":\"waiting\"");
        }
    }

    @Test
    void aTurnThatIsNotKnownHereIsSaidSoAndNotThatItDoesNotExist() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"turns\": {\"max_remembered\": 0},", guest)) {
            Request message;
            try (EventReader events = daemon.stream()) {
                message = guest.take();
                message.done(1, "");
                assertThat(events.rest()).hasSize(2);
            }

            HttpResponse<String> answer = daemon.get("/api/v1/turns/" + message.id());
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body())
                    .contains("\"code\":\"not_known_here\"", "turns.remember", "/stream asks");
            assertThat(daemon.get("/api/v1/turns/a.AAAA").statusCode()).isEqualTo(410);
            assertThat(daemon.get("/api/v1/agents/zz/turns").statusCode()).isEqualTo(404);
            assertThat(guest.seen("resume")).isEmpty();
        }
    }

    @Test
    void theTurnsOfAnAgentComeAPageAtATime() throws Exception {
        try (ScriptedGuest guest = guest().on("message", it -> it.done(1, ""));
                ScriptedGuest other = guest().on("message", it -> it.done(1, ""));
                TestDaemon daemon = daemon("", guest, other)) {
            for (int i = 0; i < 3; i++) {
                daemon.post(STREAM, MESSAGE);
                daemon.post("/agents/b/stream", MESSAGE);
                daemon.post(ASK, MESSAGE); // which no client can come back to
            }

            String first = daemon.get("/api/v1/agents/a/turns?limit=2").body();
            String last = first.substring(first.indexOf("\"next\":\"") + 8, first.length() - 2);
            String second = daemon.get("/api/v1/agents/a/turns?limit=2&after=" + last).body();

            assertThat(first.split("\"turn\":")).hasSize(3);
            assertThat(second.split("\"turn\":")).hasSize(2);
            assertThat(second).endsWith("\"next\":null}").doesNotContain("\"agent\":\"b\"");
            assertThat(daemon.get("/api/v1/agents/a/turns?limit=0").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void aKeyThatTheAgentHasForgottenDoesNotBeginItsTurnAgain() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest)) {
            CompletableFuture<HttpResponse<String>> first = daemon.begin("POST", ASK, MESSAGE, KEY);
            guest.take().done(1, "once");
            assertThat(first.get().body()).contains("once");

            CompletableFuture<HttpResponse<String>> second =
                    daemon.begin("POST", ASK, MESSAGE, KEY);
            Request again = guest.take();
            assertThat(again.type()).isEqualTo("resume");
            again.error("unknown_turn", "there is no such turn");

            assertThat(second.get().statusCode()).isEqualTo(409);
            assertThat(second.get().body()).contains("\"code\":\"log_truncated\"", "not run again");
            assertThat(guest.seen("message")).hasSize(1);
        }
    }

    @Test
    void aKeyOfWhichTheAgentKnowsTheTurnGetsTheSameAnswerAgain() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest)) {
            CompletableFuture<HttpResponse<String>> first = daemon.begin("POST", ASK, MESSAGE, KEY);
            guest.take().done(1, "once");
            assertThat(first.get().body()).contains("once");

            CompletableFuture<HttpResponse<String>> second =
                    daemon.begin("POST", STREAM, MESSAGE, KEY);
            guest.take().done(1, "once");
            assertThat(second.get().body()).contains("once", "event: done");
            assertThat(daemon.send("POST", ASK, "{\"content\":\"other\"}", KEY).statusCode())
                    .isEqualTo(422);
            assertThat(guest.seen("message")).hasSize(1);
        }
    }

    @Test
    void aKeyIsNewToAnAgentThatWasRestarted() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest)) {
            CompletableFuture<HttpResponse<String>> first = daemon.begin("POST", ASK, MESSAGE, KEY);
            guest.take().done(1, "once");
            assertThat(first.get().body()).contains("once");
            guest.restarted("credit", "cancel", "resume");
            for (var link : guest.links()) {
                link.reset();
            }
            daemon.awaitAgent("a", "\"instance\":\"i2\"");
            daemon.awaitAgent("a", "\"links_open\":1");

            CompletableFuture<HttpResponse<String>> second =
                    daemon.begin("POST", ASK, MESSAGE, KEY);
            Request again = guest.take();
            assertThat(again.type()).isEqualTo("message");
            again.done(1, "twice");
            assertThat(second.get().body()).contains("twice");
        }
    }

    @Test
    void oneKeyTooManyIsRefusedWithWordsAndWhatHasNoKeyIsNot() throws Exception {
        try (ScriptedGuest guest = guest().on("message", it -> it.done(1, ""));
                TestDaemon daemon = daemon("\"turns\": {\"max_keys\": 1},", guest)) {
            assertThat(daemon.send("POST", ASK, MESSAGE, KEY).statusCode()).isEqualTo(200);

            HttpResponse<String> refused =
                    daemon.send("POST", ASK, MESSAGE, "Idempotency-Key", "another");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            assertThat(refused.body()).contains("turns.max_keys", "nothing was sent");
            assertThat(daemon.post(ASK, MESSAGE).statusCode()).isEqualTo(200);
            assertThat(guest.seen("message")).hasSize(2);
            daemon.awaitMetric("culvert_turns_remembered{key=\"yes\"}", 1);
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
        }
    }

    @Test
    void ourOwnAgentThatForgotAKeyDoesNotBeginItsTurnAgain() throws Exception {
        String settings =
                """
                {"listen": "tcp://127.0.0.1:0", "runtime": "echo", "drain": "0s", "max_ended_turns": 2}
                """;
        try (Guest guest =
                        Guest.start(
                                Settings.read(
                                                List.of(Layer.text("guest", settings)),
                                                GuestSettings::read)
                                        .value(),
                                Systemd.ABSENT);
                TestDaemon daemon =
                        TestDaemon.start(
                                "{\"event_loops\": %d, \"agents\": [{\"id\": \"a\", \"address\": \"%s\"}]}"
                                        .formatted(eventLoops, guest.address()))) {
            daemon.awaitState("a", "ready");
            daemon.awaitAgent("a", "\"protocol\":\"1.1\"");
            assertThat(daemon.send("POST", ASK, MESSAGE, KEY).body()).contains("hi");
            for (int i = 0; i < 5; i++) {
                assertThat(daemon.post(ASK, MESSAGE).statusCode()).isEqualTo(200);
            }

            HttpResponse<String> again = daemon.send("POST", ASK, MESSAGE, KEY);

            assertThat(again.statusCode()).isEqualTo(409);
            assertThat(again.body()).contains("not run again");
        }
    }
}
