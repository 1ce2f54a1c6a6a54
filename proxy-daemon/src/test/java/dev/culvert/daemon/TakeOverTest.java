package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/**
 * Several clients come for one turn. Each has a connection of its own: with two event loops two
 * that are opened one after the other are on different ones.
 */
@Timeout(60)
@LoopCounts
class TakeOverTest {
    private static final String KEY = "idempotency-key: order 4711\r\n";

    @Parameter int eventLoops;

    private TestDaemon daemon(String settings, ScriptedGuest guest) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guest);
    }

    private static ScriptedGuest guest() throws IOException {
        return ScriptedGuest.announcing("credit", "cancel", "resume");
    }

    private static RawConnection ask(TestDaemon daemon) throws IOException {
        RawConnection client = new RawConnection(daemon);
        ask(client);
        return client;
    }

    /** Begins the turn, or repeats the request that did. */
    private static void ask(RawConnection client) throws IOException {
        client.send(
                "POST /agents/a/stream HTTP/1.1\r\nhost: localhost\r\n"
                        + KEY
                        + "content-type: application/json\r\ncontent-length: "
                        + MESSAGE.length()
                        + "\r\n\r\n"
                        + MESSAGE);
    }

    private static void comeBack(RawConnection client, Request turn, long after)
            throws IOException {
        client.send("GET", "/api/v1/turns/" + turn.id() + "/stream?after=" + after);
    }

    private static List<String> places(List<Event> events) {
        return events.stream().map(e -> e.id().substring(e.id().lastIndexOf(':') + 1)).toList();
    }

    @Test
    void manyWhoComeBackAtOnceDoNotQuarrelAndOneOfThemReads() throws Exception {
        try (ScriptedGuest guest = guest().lastComerReads().on("resume", ScriptedGuest.SILENCE);
                TestDaemon daemon = daemon("", guest);
                RawConnection first = ask(daemon)) {
            EventReader begun = first.events();
            Request turn = guest.take();
            turn.chunk(1, "one");
            assertThat(begun.next().data()).contains("one");

            List<RawConnection> clients = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                clients.add(new RawConnection(daemon));
            }
            for (RawConnection client : clients) {
                comeBack(client, turn, 1);
            }
            daemon.awaitMetric("culvert_stream_duration_seconds_count{outcome=\"error\"}", 9);
            guest.reader(turn.id()).done(2, "two");

            assertThat(begun.rest().getLast().data()).contains("\"code\":\"taken_over\"");
            int done = 0;
            for (RawConnection client : clients) {
                String answer = client.answerOrStream();
                assertThat(answer).containsAnyOf("event: done", "taken_over");
                done += answer.contains("event: done") ? 1 : 0;
                client.close();
            }
            assertThat(done).isEqualTo(1);
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
            assertThat(daemon.get("/api/v1/agents/a").body())
                    .as("no link was closed: home, and two for each event loop at the most")
                    .contains("\"links_open\":" + guest.links().size());
            assertThat(guest.links()).hasSizeLessThanOrEqualTo(1 + 2 * eventLoops);
        }
    }

    @Test
    void aReaderGoesOnUndisturbedWhereWhoCameForItsTurnLeavesBeforeTheAgentIsAsked()
            throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                RawConnection first = ask(daemon)) {
            EventReader reader = first.events();
            Request turn = guest.take();
            turn.chunk(1, "one");
            assertThat(reader.next().data()).contains("one");

            comeAndLeaveUnasked(daemon, guest);
            for (var link : guest.links()) {
                link.reset();
            }

            Request resume = guest.take();
            assertThat(resume.type()).isEqualTo("resume");
            assertThat(resume.payload()).isEqualTo("{\"after\":1}");
            resume.done(2, "two");
            assertThat(places(reader.rest())).containsExactly("2", "3");
        }
    }

    /** Another request for the turn, whose link does not say in time what the agent can do. */
    private static void comeAndLeaveUnasked(TestDaemon daemon, ScriptedGuest guest)
            throws Exception {
        guest.saysNothingAtFirst();
        try (RawConnection _ = ask(daemon)) {
            daemon.awaitAgent("a", "\"turns_in_flight\":2");
        }
        daemon.awaitAgent("a", "\"turns_in_flight\":1");
        guest.announces("credit", "cancel", "resume");
    }

    @Test
    void aReaderWhoseRivalLeftIsToldOfTheEndOfTheDaemon() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                RawConnection first = ask(daemon)) {
            EventReader reader = first.events();
            guest.take().chunk(1, "one");
            assertThat(reader.next().data()).contains("one");
            comeAndLeaveUnasked(daemon, guest);

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(daemon.daemon()::close);

            assertThat(reader.rest().getLast().data()).contains("\"code\":\"draining\"");
            stopped.join();
        }
    }

    @Test
    void aTurnWhoseRivalLeftIsStoppedAfterItsOwnGrace() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"turns\": {\"resume_grace\": \"50ms\"},", guest)) {
            try (RawConnection first = ask(daemon)) {
                guest.take().chunk(1, "one");
                assertThat(first.events().next().data()).contains("one");
                comeAndLeaveUnasked(daemon, guest);
            }

            assertThat(guest.take().type()).isEqualTo("cancel");
        }
    }

    @Test
    void aTurnIsStoppedWhereItsClientLeftAndWhoCameForItNeverGotIt() throws Exception {
        String settings =
                "\"turns\": {\"resume_grace\": \"20ms\"}, \"timeouts\": {\"message\": \"1s\"},";
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(settings, guest)) {
            Request turn;
            RawConnection second;
            try (RawConnection first = ask(daemon)) {
                turn = guest.take();
                turn.chunk(1, "one");
                assertThat(first.events().next().data()).contains("one");
                guest.saysNothingAtFirst();
                second = ask(daemon);
                daemon.awaitAgent("a", "\"turns_in_flight\":2");
            }

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(second.answerOrStream()).as("it has given up before").contains("link_lost");
            cancel.numbered(2, "error", "{\"code\":\"cancelled\",\"message\":\"stopped\"}");
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
            second.close();
        }
    }

    @Test
    void theAgentDecidesWhoReadsAndNobodyElse() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("\"turns\": {\"resume_grace\": \"50ms\"},", guest);
                RawConnection first = ask(daemon)) {
            EventReader reader = first.events();
            Request turn = guest.take();
            turn.chunk(1, "one");
            assertThat(reader.next().data()).contains("one");

            Request resume;
            try (RawConnection second = new RawConnection(daemon)) {
                comeBack(second, turn, 1);
                resume = guest.take();
                assertThat(resume.type()).isEqualTo("resume");
                turn.chunk(2, "two");
                assertThat(reader.next().data()).contains("two");
            }
            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.link()).as("the link of who came last").isSameAs(resume.link());
            turn.chunk(3, "three");
            assertThat(reader.next().data()).contains("three");

            turn.error("taken_over", "the turn is read on another link");
            assertThat(reader.rest().getLast().data()).contains("\"code\":\"taken_over\"");
        }
    }

    @Test
    void aReaderDoesNotNoticeARequestThatTheAgentRefuses() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                RawConnection first = ask(daemon);
                RawConnection second = new RawConnection(daemon)) {
            EventReader reader = first.events();
            Request turn = guest.take();
            turn.chunk(1, "one");
            assertThat(reader.next().data()).contains("one");

            comeBack(second, turn, 0);
            guest.take().error("log_truncated", "frames after 0 are gone");
            assertThat(second.answer()).startsWith("HTTP/1.1 409 ");

            turn.done(2, "two");
            assertThat(places(reader.rest())).containsExactly("2", "3");
            assertThat(guest.seen("resume")).hasSize(1);
        }
    }

    @Test
    void aReaderDoesNotNoticeAKeyThatComesWithAnotherMessage() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                RawConnection first = ask(daemon)) {
            EventReader reader = first.events();
            Request turn = guest.take();
            turn.chunk(1, "one");
            assertThat(reader.next().data()).contains("one");

            var other =
                    daemon.begin(
                            "POST",
                            "/agents/a/message",
                            "{\"content\":\"other\"}",
                            "Idempotency-Key",
                            "order 4711");
            guest.take().error("id_reused", "it began with another payload");
            assertThat(other.get().statusCode()).isEqualTo(422);

            turn.done(2, "two");
            assertThat(places(reader.rest())).containsExactly("2", "3");
            assertThat(guest.seen("resume")).isEmpty();
        }
    }

    @Test
    void aDeletionReachesTheReaderWhereWhoCameLastIsRefused() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                RawConnection first = ask(daemon);
                RawConnection second = new RawConnection(daemon)) {
            EventReader reader = first.events();
            Request turn = guest.take();
            turn.chunk(1, "one");
            assertThat(reader.next().data()).contains("one");
            comeBack(second, turn, 0);
            Request resume = guest.take();

            var deleted = daemon.begin("DELETE", "/api/v1/turns/" + turn.id(), "");
            assertThat(guest.take().link()).isSameAs(resume.link());
            resume.error("log_truncated", "frames after 0 are gone");

            Request cancel = guest.take();
            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.link()).isSameAs(turn.link());
            cancel.numbered(2, "error", "{\"code\":\"cancelled\",\"message\":\"stopped\"}");
            assertThat(deleted.get().statusCode()).isEqualTo(204);
            assertThat(reader.rest().getLast().data()).contains("\"code\":\"cancelled\"");
        }
    }

    @Test
    void whoCameLastGetsTheTurnBackFromARequestThatWasOvertakenOnItsWay() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon("", guest);
                RawConnection first = ask(daemon);
                RawConnection second = new RawConnection(daemon)) {
            EventReader reader = first.events();
            Request turn = guest.take();
            turn.chunk(1, "one");
            assertThat(reader.next().data()).contains("one");
            comeBack(second, turn, 1);

            guest.take().error("taken_over", "the turn is read on another link");
            Request again = guest.take();
            assertThat(again.payload()).isEqualTo("{\"after\":1}");
            turn.error("taken_over", "the turn is read on another link");
            again.done(2, "two");

            assertThat(places(second.events().rest())).containsExactly("2", "3");
            assertThat(reader.rest().getLast().data()).contains("\"code\":\"taken_over\"");
        }
    }

    @Test
    void aTurnIsReadOverASecondLinkOnlyWhereTheFirstIsTakenAndEndsAreCountedOnce()
            throws Exception {
        try (ScriptedGuest guest = guest().lastComerReads().on("resume", ScriptedGuest.SILENCE);
                TestDaemon daemon = daemon("", guest);
                RawConnection first = ask(daemon);
                RawConnection second = new RawConnection(daemon)) {
            EventReader reader = first.events();
            Request turn = guest.take();
            turn.chunk(1, "one");
            assertThat(reader.next().data()).contains("one");
            assertThat(guest.links()).hasSize(2);

            comeBack(second, turn, 1);
            assertThat(reader.rest().getLast().data()).contains("\"code\":\"taken_over\"");
            guest.reader(turn.id()).done(2, "two");

            assertThat(places(second.events().rest())).containsExactly("2", "3");
            assertThat(guest.links()).hasSize(3);
            daemon.awaitAgent("a", "\"turns_in_flight\":0");
            assertThat(ended(daemon, "message", "taken_over")).isEqualTo(1);
            assertThat(ended(daemon, "message", "agent_error")).isZero();
            assertThat(ended(daemon, "message", "done")).isZero();
            assertThat(ended(daemon, "resume", "done")).isEqualTo(1);
        }
    }

    private static double ended(TestDaemon daemon, String request, String outcome)
            throws Exception {
        return daemon.metric(
                "culvert_exchanges_ended_total{outcome=\"%s\",request=\"%s\"}"
                        .formatted(outcome, request));
    }
}
