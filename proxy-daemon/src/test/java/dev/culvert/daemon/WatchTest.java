package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/**
 * Clients that read a turn along with its reader. With two event loops two connections that are
 * opened one after the other are on different ones.
 */
@Timeout(60)
@LoopCounts
class WatchTest {
    private static final Pattern RANGE = Pattern.compile("\\{\"from\":(\\d+),\"to\":(\\d+)\\}");

    @Parameter int eventLoops;

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private static ScriptedGuest guest() throws IOException {
        return ScriptedGuest.announcing("credit", "cancel", "resume");
    }

    private static String path(Request turn) {
        return "/api/v1/turns/" + turn.id() + "/stream?watch=1";
    }

    private static EventReader watch(TestDaemon daemon, Request turn) throws Exception {
        return daemon.stream("GET", path(turn), "");
    }

    private static List<String> types(List<Event> events) {
        return events.stream().map(Event::type).toList();
    }

    @Test
    void aWatcherReadsAlongAndTheReaderKeepsTheTurn() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                EventReader reader = daemon.stream()) {
            Request turn = guest.take();
            try (EventReader one = watch(daemon, turn);
                    EventReader two = watch(daemon, turn)) {
                daemon.awaitMetric("culvert_watchers", 2);
                turn.chunk(1, "one");
                turn.chunk(2, "two");
                turn.done(3, "three");

                List<Event> read = reader.rest();
                assertThat(types(read)).containsExactly("chunk", "chunk", "chunk", "done");
                assertThat(one.rest()).isEqualTo(read);
                assertThat(two.rest()).isEqualTo(read);
            }
            daemon.awaitMetric("culvert_watchers", 0);
            assertThat(guest.seen("resume")).isEmpty();
        }
    }

    @Test
    void whoComesLateIsToldWhatItMissed() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                EventReader reader = daemon.stream()) {
            Request turn = guest.take();
            turn.chunk(1, "one");
            turn.chunk(2, "two");
            reader.next();
            reader.next();
            try (EventReader late = watch(daemon, turn);
                    EventReader back = daemon.stream("GET", path(turn) + "&after=1", "")) {
                Event missed = late.next();
                assertThat(missed.type()).isEqualTo("missed");
                assertThat(missed.id()).isEqualTo(turn.id() + ":2");
                assertThat(missed.data()).isEqualTo("{\"from\":1,\"to\":2}");
                assertThat(back.next().data()).isEqualTo("{\"from\":2,\"to\":2}");

                turn.done(3, "three");

                assertThat(late.rest()).isEqualTo(reader.rest());
                assertThat(types(back.rest())).containsExactly("chunk", "done");
            }
        }
    }

    @Test
    void aWatcherThatDoesNotReadSlowsNobodyAndIsToldWhatItMissed() throws Exception {
        String settings = "\"turns\": {\"max_watch_bytes\": \"64KiB\"},";
        try (ScriptedGuest guest = guest().on("credit", ScriptedGuest.SILENCE);
                TestDaemon daemon = daemon(settings, guest);
                EventReader reader = daemon.stream()) {
            Request turn = guest.take();
            try (RawConnection slow = new RawConnection(daemon);
                    EventReader quick = watch(daemon, turn)) {
                slow.send("GET", path(turn));
                daemon.awaitMetric("culvert_watchers", 2);
                CompletableFuture<List<Event>> along =
                        CompletableFuture.supplyAsync(() -> rest(quick));
                long seq = 0;
                String text = "x".repeat(32 * 1024);
                while (seq < 1_000
                        && (seq % 50 != 0
                                || daemon.metric("culvert_watch_events_dropped_total") < 50)) {
                    turn.chunk(++seq, text);
                    assertThat(reader.next().type()).isEqualTo("chunk");
                }
                turn.done(++seq, "end");
                assertThat(types(reader.rest())).containsExactly("chunk", "done");

                List<Event> events = slow.events().rest();
                assertThat(types(events)).contains("missed");
                assertThat(events.getLast().type()).isEqualTo("done");
                assertThat(numbers(events)).isEqualTo(seq + 1);
                assertThat(numbers(along.get())).isEqualTo(seq + 1);
            }
        }
    }

    private static List<Event> rest(EventReader events) {
        try {
            return events.rest();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Checks that events and missed ranges follow one another; returns the last number. */
    private static long numbers(List<Event> events) {
        long last = 0;
        for (Event event : events) {
            long number = Long.parseLong(event.id().substring(event.id().lastIndexOf(':') + 1));
            if (event.type().equals("missed")) {
                Matcher range = RANGE.matcher(event.data());
                assertThat(range.matches()).isTrue();
                assertThat(Long.parseLong(range.group(1))).isEqualTo(last + 1);
                assertThat(Long.parseLong(range.group(2))).isEqualTo(number);
            } else {
                assertThat(number).isEqualTo(last + 1);
            }
            last = number;
        }
        return last;
    }

    @Test
    void aWatcherThatLeavesStopsNothingAndDoesNotKeepATurnGoing() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"turns\": {\"resume_grace\": \"50ms\"},", guest)) {
            Request turn;
            EventReader stays;
            try (EventReader reader = daemon.stream()) {
                turn = guest.take();
                watch(daemon, turn).close();
                stays = watch(daemon, turn);
                turn.chunk(1, "one");
                assertThat(reader.next().data()).contains("one");
                daemon.awaitMetric("culvert_watchers", 1);
            }
            try (stays) {
                Request cancel = guest.take(); // the reader has left
                assertThat(cancel.type()).isEqualTo("cancel");
                cancel.numbered(2, "error", "{\"code\":\"cancelled\",\"message\":\"stopped\"}");

                List<Event> events = stays.rest();
                assertThat(types(events)).containsExactly("chunk", "error");
                assertThat(events.getLast().id()).isEqualTo(turn.id() + ":2");
                assertThat(events.getLast().data()).contains("\"code\":\"cancelled\"");
            }
            daemon.awaitMetric("culvert_watchers", 0);
        }
    }

    @Test
    void aWatcherGoesOnWhenAnotherClientTakesTheTurnOver() throws Exception {
        try (ScriptedGuest guest = guest().lastComerReads();
                TestDaemon daemon = daemon("", guest);
                EventReader first = daemon.stream()) {
            Request turn = guest.take();
            try (EventReader watcher = watch(daemon, turn)) {
                daemon.awaitMetric("culvert_watchers", 1);
                turn.chunk(1, "one");
                assertThat(first.next().data()).contains("one");
                try (EventReader second =
                        daemon.stream("GET", "/api/v1/turns/" + turn.id() + "/stream", "")) {
                    Request resume = guest.take();
                    resume.chunk(1, "one");
                    resume.chunk(2, "two");
                    resume.done(3, "");
                    assertThat(types(second.rest()))
                            .containsExactly("chunk", "chunk", "chunk", "done");
                }
                assertThat(first.rest().getLast().data()).contains("taken_over");
                List<Event> events = watcher.rest();
                assertThat(types(events)).containsExactly("chunk", "chunk", "chunk", "done");
                assertThat(numbers(events)).isEqualTo(4);
            }
        }
    }

    @Test
    void anEndedTurnIsReadFromItsAgent() throws Exception {
        try (ScriptedGuest guest =
                        guest().on("message", it -> it.done(1, "all"))
                                .on("resume", it -> it.done(1, "all"));
                TestDaemon daemon = daemon("", guest)) {
            String turn =
                    daemon.post("/api/v1/agents/a/stream", MESSAGE)
                            .headers()
                            .firstValue("x-culvert-turn")
                            .orElseThrow();

            HttpResponse<String> ended = daemon.get("/api/v1/turns/" + turn + "/stream?watch=1");

            assertThat(ended.statusCode()).isEqualTo(200);
            assertThat(ended.body()).contains("\"content\":\"all\"", "event: done");
        }
    }

    @Test
    void aTurnThatNobodyReadsHereIsNotTakenUp(@TempDir Path state) throws Exception {
        String settings = "\"state_dir\": \"%s\",".formatted(state);
        try (ScriptedGuest guest = guest()) {
            Request turn;
            try (TestDaemon daemon = daemon(settings, guest);
                    EventReader reader = daemon.stream()) {
                turn = guest.take();
                turn.chunk(1, "one");
                reader.next();
            }
            try (TestDaemon daemon = daemon(settings, guest)) {
                HttpResponse<String> refused = daemon.get(path(turn));

                assertThat(refused.statusCode()).isEqualTo(409);
                assertThat(refused.body()).contains("\"code\":\"not_read_here\"");
                assertThat(guest.seen("resume")).isEmpty();
            }
        }
    }

    @Test
    void whatCannotBeWatchedIsSaidSo() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                EventReader reader = daemon.stream()) {
            Request turn = guest.take();
            String stream = "/api/v1/turns/" + turn.id() + "/stream";
            assertThat(daemon.get(stream + "?watch=yes").statusCode()).isEqualTo(400);
            assertThat(daemon.get("/api/v1/turns/a.AAAA/stream?watch=1").statusCode())
                    .isEqualTo(410);
            List<EventReader> watchers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                watchers.add(watch(daemon, turn));
            }
            HttpResponse<String> refused = daemon.get(stream + "?watch=1");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("64 clients watch this turn already");
            for (EventReader it : watchers) {
                it.close();
            }
            daemon.awaitMetric("culvert_watchers", 0);
            turn.done(1, "");
            assertThat(types(reader.rest())).containsExactly("chunk", "done");
        }
    }

    @Test
    void aDaemonThatStopsTellsItsWatchers() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                EventReader reader = daemon.stream()) {
            Request turn = guest.take();
            try (EventReader watcher = watch(daemon, turn)) {
                turn.chunk(1, "one");
                watcher.next();

                daemon.daemon().close();

                Event last = watcher.rest().getLast();
                assertThat(last.data()).contains("\"code\":\"draining\"");
                assertThat(last.id()).isEqualTo(turn.id() + ":1");
                assertThat(reader.rest().getLast().data()).contains("\"code\":\"draining\"");
            }
        }
    }

    @Test
    void aWatcherThatMayTakeNoMoreNowIsNotCutOffAsOneThatDoesNotRead() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"turns\": {\"stall_timeout\": \"50ms\"},", guest)) {
            String[] root = bearer(daemon, "\"name\":\"root\",\"roles\":[\"admin\"]");
            String[] limited =
                    bearer(
                            daemon,
                            "\"name\":\"ci\",\"roles\":[\"operator\"],\"bytes\":\"1B/s\"",
                            root);
            try (EventReader reader =
                    daemon.stream("POST", "/api/v1/agents/a/stream", MESSAGE, root)) {
                Request turn = guest.take();
                try (EventReader watcher = daemon.stream("GET", path(turn), "", limited)) {
                    Eventually.await(() ->
                            assertThat(metrics(daemon, root)).contains("culvert_watchers 1.0"));
                    turn.chunk(1, "one");
                    turn.chunk(2, "two"); // both are dropped: the head is not paid for yet
                    assertThat(reader.next().data()).contains("one");
                    assertThat(reader.next().data()).contains("two");
                    Eventually.await(() ->
                            assertThat(metrics(daemon, root))
                                    .contains("culvert_watch_events_dropped_total 2.0"));
                    Thread.sleep(200); // several times turns.stall_timeout

                    turn.done(3, "three");

                    assertThat(types(watcher.rest())).containsExactly("missed", "done");
                }
            }
        }
    }

    private static String[] bearer(TestDaemon daemon, String members, String... headers)
            throws Exception {
        String made = daemon.send("POST", "/api/v1/tokens", "{" + members + "}", headers).body();
        Matcher token = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(made);
        assertThat(token.find()).as(made).isTrue();
        return new String[] {"authorization", "Bearer " + token.group(1)};
    }

    private static String metrics(TestDaemon daemon, String[] credentials) {
        try {
            return daemon.send("GET", "/metrics", "", credentials).body();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
