package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** {@code GET /turns}: what is going on, and why a turn makes no progress. */
@Timeout(60)
@LoopCounts
class TurnsInProgressTest {
    private static final String STREAM = "/api/v1/agents/a/stream";
    private static final String TURNS = "/api/v1/turns";

    @Parameter int eventLoops;

    private TestDaemon daemon(ScriptedGuest... guests) throws Exception {
        return TestDaemon.with("\"event_loops\": " + eventLoops + ",", guests);
    }

    private static ScriptedGuest guest() throws IOException {
        return ScriptedGuest.announcing("credit", "cancel", "resume").lastComerReads();
    }

    @Test
    void aTurnShowsWhatItHasAchieved() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader events =
                        daemon.stream("POST", STREAM, MESSAGE, "x-request-id", "r4711")) {
            Request message = guest.take();
            assertThat(daemon.get(TURNS).body())
                    .contains("\"stage\":\"asked\"", "\"events\":0", "\"waits_for\":\"agent\"");
            message.chunk(1, "one");
            assertThat(events.next().data()).contains("one");

            assertThat(daemon.get(TURNS).body())
                    .startsWith(
                            "{\"turns\":[{\"turn\":\"%s\",\"agent\":\"a\",\"state\":\"running\",\"last_event\":1,\"read_by\":[\"r4711\"],\"stage\":\"answering\",\"age_ms\":"
                                    .formatted(message.id()))
                    .contains("\"events\":1,\"bytes\":")
                    .contains("\"credit_bytes\":65")
                    .doesNotContain("waits_for")
                    .endsWith("}],\"next\":null}");
            message.done(2, "two");
            assertThat(events.rest()).hasSize(2);
            assertThat(daemon.get(TURNS).body()).isEqualTo("{\"turns\":[],\"next\":null}");
        }
    }

    @Test
    void aTurnThatWaitsForItsCallersLimitSaysSo() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            String[] root = token(daemon, "\"name\":\"root\"");
            String[] slow = token(daemon, "\"name\":\"slow\",\"bytes\":\"16KiB/s\"", root);
            try (EventReader events = daemon.stream("POST", STREAM, MESSAGE, slow)) {
                Request message = guest.take();
                String frame = "{\"content\":\"\",\"done\":false}";
                message.chunk(1, "x".repeat(64 * 1024 - frame.length()));
                assertThat(events.next().data()).contains("xxx");

                assertThat(daemon.send("GET", TURNS, "", root).body())
                        .contains("\"credit_bytes\":0", "\"waits_for\":\"limit\"");
            }
        }
    }

    private static String[] token(TestDaemon daemon, String members, String... headers)
            throws Exception {
        String body = "{\"roles\":[\"admin\"]," + members + "}";
        String made = daemon.send("POST", "/api/v1/tokens", body, headers).body();
        String secret = made.replaceFirst("(?s).*\"token\":\"([^\"]+)\".*", "$1");
        return new String[] {"authorization", "Bearer " + secret};
    }

    @Test
    void aMessageThatNobodyCanComeBackForIsListedWithoutAReader() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest)) {
            CompletableFuture<HttpResponse<String>> asked =
                    daemon.begin("POST", "/api/v1/agents/a/message", MESSAGE);
            Request message = guest.take();

            assertThat(daemon.get(TURNS).body())
                    .contains("\"agent\":\"a\"", "\"read_by\":[]", "\"stage\":\"asked\"");
            message.done(1, "answer");
            assertThat(asked.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void pagesAndOneAgentOnlyCanBeAskedFor() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = daemon(guest);
                EventReader one = daemon.stream("POST", STREAM, MESSAGE);
                EventReader other = daemon.stream("POST", STREAM, MESSAGE)) {
            Request first = guest.take();
            Request second = guest.take();
            boolean inOrder = first.id().compareTo(second.id()) < 0;
            String lower = (inOrder ? first : second).id();
            String higher = (inOrder ? second : first).id();

            assertThat(daemon.get(TURNS + "?limit=1").body())
                    .contains(lower)
                    .doesNotContain(higher)
                    .endsWith("\"next\":\"" + lower + "\"}");
            assertThat(daemon.get(TURNS + "?after=" + lower).body())
                    .contains("\"turn\":\"" + higher)
                    .doesNotContain("\"turn\":\"" + lower)
                    .endsWith("\"next\":null}");
            assertThat(daemon.get(TURNS + "?agent=b").body())
                    .isEqualTo("{\"turns\":[],\"next\":null}");
            assertThat(daemon.get(TURNS + "?limit=0").statusCode()).isEqualTo(400);
            first.done(1, "end");
            second.done(1, "end");
            assertThat(one.rest()).isNotEmpty();
            assertThat(other.rest()).isNotEmpty();
        }
    }
}
