package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.culvert.daemon.EventReader.Event;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code /events} of a large fleet, with clients of every pace. */
@Timeout(90)
class EventsTest {
    private static final int AGENTS = 3_000;

    /** Agents that nobody finds, and that are not looked for again. */
    private static String fleet() {
        StringBuilder text =
                new StringBuilder("\"home\": {\"backoff_min\": \"1h\", \"backoff_max\": \"1h\"},");
        text.append("\"agents\": [");
        for (int i = 0; i < AGENTS; i++) {
            text.append(
                    "{\"id\": \"agent-%05d\", \"tenant\": \"%s\", \"address\": \"unix:///nowhere/%d\"},"
                            .formatted(i, "t".repeat(60), i));
        }
        return text.append("],").toString();
    }

    private static TestDaemon start(String more) throws Exception {
        TestDaemon daemon = TestDaemon.start("{" + more + fleet() + "}");
        daemon.awaitMetric("culvert_agents{state=\"unreachable\"}", AGENTS);
        return daemon;
    }

    /** A client that has not read yet. */
    private static Socket watch(TestDaemon daemon) throws IOException {
        Socket client = daemon.connect();
        client.getOutputStream()
                .write("GET /api/v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n".getBytes(UTF_8));
        return client;
    }

    private static List<String> ids(String json) throws IOException {
        List<String> ids = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                if ("id".equals(parser.currentName()) && parser.currentToken().isScalarValue()) {
                    ids.add(parser.getText());
                }
            }
        }
        return ids;
    }

    @Test
    void aSnapshotOfALargeFleetIsWholeAndNobodyIsCutForAChangeWhileItIsOnItsWay() throws Exception {
        try (TestDaemon daemon = start("");
                EventReader first = daemon.stream("GET", "/api/v1/events", "");
                EventReader second = daemon.stream("GET", "/api/v1/events", "")) {
            daemon.send("DELETE", "/api/v1/agents/agent-00007", "");
            for (EventReader reader : List.of(first, second)) {
                Event snapshot = reader.next();
                assertThat(snapshot.type()).isEqualTo("snapshot");
                assertThat(snapshot.data().length()).isGreaterThan(1024 * 1024);
                assertThat(ids(snapshot.data()))
                        .hasSizeBetween(AGENTS - 1, AGENTS)
                        .isSorted()
                        .doesNotHaveDuplicates();
                Event removed = reader.next();
                assertThat(removed.type()).isEqualTo("removed");
                assertThat(removed.data()).isEqualTo("{\"id\":\"agent-00007\"}");
            }
        }
    }

    @Test
    void clientsThatStandStillHoldLittleAndGetTheNewestStateWhenTheyRead() throws Exception {
        List<Socket> clients = new ArrayList<>();
        try (TestDaemon daemon = start("")) {
            for (int i = 0; i < 20; i++) {
                clients.add(watch(daemon));
            }
            for (int i = 0; i < 20; i++) {
                daemon.put(
                        "/api/v1/agents/agent-00001",
                        "{\"config\": {\"round\": %d}, \"address\": \"unix:///nowhere/1\"}"
                                .formatted(i));
            }
            assertThat(daemon.metric("culvert_held_bytes{kind=\"unsent\"}"))
                    .isLessThan(20 * 64 * 1024);
            assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);

            String text = "";
            byte[] buffer = new byte[64 * 1024];
            while (!text.contains("event: agent") || !text.endsWith("\n\n\r\n")) {
                int read = clients.getFirst().getInputStream().read(buffer);
                assertThat(read).isPositive();
                text = (text + new String(buffer, 0, read, UTF_8));
                text = text.substring(Math.max(0, text.length() - 4_000));
            }
            assertThat(text).contains("\"desired_revision\":20");
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aClientThatTakesNothingForTooLongIsCut() throws Exception {
        try (TestDaemon daemon = start("\"turns\": {\"stall_timeout\": \"300ms\"},");
                Socket client = watch(daemon)) {
            daemon.awaitMetric("culvert_http_connections", count -> count == 1);
            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .doesNotEndWith("\r\n0\r\n\r\n");
        }
    }
}
