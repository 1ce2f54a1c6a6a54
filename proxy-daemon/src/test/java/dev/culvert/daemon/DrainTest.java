package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** How the daemon stops. */
@Timeout(60)
@LoopCounts
class DrainTest {
    private static final String PATIENT = "\"timeouts\": {\"drain\": \"10s\"},";

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest... guests) throws Exception {
        return daemon("", guests);
    }

    private TestDaemon daemon(String settings, ScriptedGuest... guests) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + "," + settings, guests);
    }

    @Test
    void aRunningStreamGoesOnToItsEndAndNothingNewIsTaken() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(PATIENT, guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(daemon.daemon()::close);
            Eventually.await(() -> assertThat(status(daemon, "/readyz")).isEqualTo(503));

            for (String path :
                    List.of("/agents/a/message", "/agents/a/stream", "/agents/a/context")) {
                HttpResponse<String> refused = daemon.post(path, MESSAGE);
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("retry-after")).isPresent();
                assertThat(refused.body()).contains("shutting down");
            }
            assertThat(daemon.get("/healthz").statusCode()).isEqualTo(503);
            assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);
            assertThat(stopped).isNotDone();
            message.chunk("still ");
            message.done("here");

            assertThat(events.rest())
                    .extracting(Event::type)
                    .containsExactly("chunk", "chunk", "done");
            stopped.join();
        }
    }

    @Test
    void aStreamThatDoesNotEndInTimeGetsAnErrorEvent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = daemon(guest);
                EventReader events = daemon.stream()) {
            guest.take().chunk("half");
            assertThat(events.next().type()).isEqualTo("chunk");

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(daemon.daemon()::close);

            List<Event> all = events.rest();
            assertThat(all).extracting(Event::type).containsExactly("error");
            assertThat(all.getLast().data()).contains("\"code\":\"draining\"");
            assertThat(guest.take().type()).isEqualTo("cancel");
            stopped.join();
        }
    }

    @Test
    void whoHurriesDoesNotWaitForTurns() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("\"timeouts\": {\"drain\": \"1h\"},", guest);
                EventReader events = daemon.stream()) {
            guest.take().chunk("half");
            assertThat(events.next().type()).isEqualTo("chunk");
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(daemon.daemon()::close);
            Eventually.await(() -> assertThat(status(daemon, "/readyz")).isEqualTo(503));

            daemon.daemon().hurry();

            assertThat(events.rest()).extracting(Event::type).containsExactly("error");
            stopped.join();
        }
    }

    @Test
    void aMessageThatIsNotAnsweredInTimeGetsAProperStatus() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", "/agents/a/message", MESSAGE);
            guest.take();

            daemon.daemon().close();

            assertThat(answer.get().statusCode()).isEqualTo(503);
            assertThat(answer.get().headers().firstValue("retry-after")).isPresent();
        }
    }

    @Test
    void aStreamThatStillWaitsForItsLinkGetsAProperStatus() throws Exception {
        try (SilentListener silent = new SilentListener();
                TestDaemon daemon = TestDaemon.start("{" + silent.asAgent() + "}")) {
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", "/agents/a/stream", MESSAGE);
            daemon.awaitMetric("culvert_pool_waiting", 1);

            daemon.daemon().close();

            assertThat(answer.get().statusCode()).isEqualTo(503);
        }
    }

    @Test
    void whoWatchesEventsDoesNotHoldItUp() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{\"timeouts\": {\"drain\": \"1h\"}}");
                EventReader events = daemon.stream("GET", "/api/v1/events", "")) {
            assertThat(events.next()).isNotNull();

            daemon.daemon().close();

            assertThat(events.rest()).isEmpty();
        }
    }

    private static int status(TestDaemon daemon, String path) {
        try {
            return daemon.get(path).statusCode();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
