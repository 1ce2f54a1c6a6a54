package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many streams on one link, and one that does not read. */
@Timeout(60)
class LoadTest {
    private static final int STREAMS = 200;
    private static final int CHUNKS = 40;
    private static final int BIG_BYTES = 32 * 1024;
    private static final int MAX_UNSENT_BYTES = 256 * 1024;

    @Test
    void twoHundredStreamsThroughOneLinkAreEachWholeAndInOrder() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Event>>> streams = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                String message = "{\"content\":\"" + i + "\"}";
                streams.add(
                        clients.submit(
                                () -> daemon.stream("POST", "/agents/a/stream", message).rest()));
            }
            List<Request> turns = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                turns.add(guest.take());
            }
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                for (Request turn : turns) {
                    turn.chunk(content(turn.payload(), chunk));
                }
            }
            for (Request turn : turns) {
                turn.done("");
            }

            for (int i = 0; i < STREAMS; i++) {
                List<Event> events = streams.get(i).get();
                assertThat(events).hasSize(CHUNKS + 2);
                assertThat(events.getLast().type()).isEqualTo("done");
                for (int chunk = 0; chunk < CHUNKS; chunk++) {
                    assertThat(events.get(chunk).id()).endsWith(":" + (chunk + 1));
                    assertThat(events.get(chunk).data())
                            .contains('"' + content("{\"content\":\"" + i + "\"}", chunk) + '"');
                }
            }
            assertThat(guest.links()).as("the home link, and that of the loop").hasSize(2);
            daemon.awaitMetric("culvert_exchanges_in_flight", 0);
            daemon.awaitMetric("culvert_streams_active", 0);
        }
    }

    @Test
    void aClientThatDoesNotReadIsCutAndHurtsNobody() throws Exception {
        String settings = "\"turns\": {\"max_unsent_bytes\": %d},".formatted(MAX_UNSENT_BYTES);
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(settings, guest);
                Socket slow = daemon.connect();
                EventReader neighbour = daemon.stream()) {
            Request neighbours = guest.take();
            slow.getOutputStream()
                    .write(
                            "POST /agents/a/stream HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}"
                                    .getBytes(UTF_8));
            Request flood = guest.take();
            double before = daemon.metric("culvert_buffers_direct_bytes");

            String big = "x".repeat(BIG_BYTES);
            Request cancel = null;
            int chunks = 0;
            while (cancel == null) {
                flood.chunk(big);
                chunks++;
                neighbours.chunk("small");
                assertThat(neighbour.next()).isNotNull();
                cancel = guest.poll();
            }

            assertThat(cancel.type()).isEqualTo("cancel");
            assertThat(cancel.id()).isEqualTo(flood.id());
            cancel.error("cancelled", "as you wished");
            // What the two kernels hold is theirs; what the daemon holds is bounded.
            assertThat(daemon.metric("culvert_buffers_direct_bytes") - before)
                    .isLessThan(16 * 1024 * 1024);
            neighbours.done("");
            assertThat(neighbour.rest()).hasSize(2);
            String all = new String(slow.getInputStream().readAllBytes(), UTF_8);
            assertThat(all)
                    .endsWith("\n\n")
                    .contains("event: error", "slow_consumer", "turns.max_unsent_bytes");
            assertThat(all.length()).isLessThanOrEqualTo((chunks + 1) * (BIG_BYTES + 200));
            daemon.awaitMetric(
                    "culvert_stream_duration_seconds_count{outcome=\"slow_consumer\"}", 1);
            daemon.awaitMetric("culvert_streams_active", 0);
        }
    }

    private static String content(String message, int chunk) {
        return message.replaceAll("[^0-9]", "") + "-" + chunk;
    }
}
