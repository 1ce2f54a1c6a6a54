package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.culvert.daemon.EventReader.Event;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /events} and lists of a large fleet, with clients of every pace. */
@Timeout(90)
class EventsTest {
    private static final int AGENTS = 3_000;
    private static final String TENANT =
            "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt";
    private static final int LISTS = 40;
    private static final String LIST = "GET /agents?limit=1000 HTTP/1.1\r\nhost: localhost\r\n\r\n";
    private static final String LAST = "\r\nconnection: close\r\n\r\n";

    private static final PrintStream ERR = System.err;

    /** The daemon says of each agent that it is unreachable: 30,000 lines for the whole test. */
    @BeforeAll
    static void dropTheLinesOfEachAgent() {
        System.setErr(
                new PrintStream(ERR, true) {
                    @Override
                    public void println(String line) {
                        if (!line.contains("is unreachable: unix:///nowhere/")) {
                            super.println(line);
                        }
                    }
                });
    }

    @AfterAll
    static void showAllLines() {
        System.setErr(ERR);
    }

    /** Agents that nobody finds, and that are not looked for again. */
    private static String fleet() {
        StringBuilder text =
                new StringBuilder("\"home\": {\"backoff_min\": \"1h\", \"backoff_max\": \"1h\"},");
        text.append("\"agents\": [");
        for (int i = 0; i < AGENTS; i++) {
            text.append(
                    "{\"id\": \"agent-%05d\", \"tenant\": \"%s\", \"address\": \"unix:///nowhere/%d\"},"
                            .formatted(i, TENANT, i));
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

    /** A client that asks for more lists than the system has room for, and has not read yet. */
    private static Socket list(TestDaemon daemon) throws IOException {
        Socket client = daemon.connect();
        client.getOutputStream()
                .write((LIST.repeat(LISTS - 1) + LIST.stripTrailing() + LAST).getBytes(UTF_8));
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

    @Test
    void listsOfClientsThatStandStillHoldLittle() throws Exception {
        List<Socket> clients = new ArrayList<>();
        try (TestDaemon daemon = start("")) {
            for (int i = 0; i < 10; i++) {
                clients.add(list(daemon));
            }
            daemon.awaitMetric("culvert_http_connections", count -> count == 11);
            daemon.awaitMetric("culvert_held_bytes{kind=\"unsent\"}", held -> held > 20_000);
            assertThat(daemon.metric("culvert_held_bytes{kind=\"unsent\"}"))
                    .isLessThan(10 * 64 * 1024);
            assertThat(daemon.metric("culvert_held_bytes{kind=\"snapshots\"}"))
                    .isLessThan(2 * 1024 * 1024);

            Socket reader = clients.getFirst();
            String answers = new String(reader.getInputStream().readAllBytes(), UTF_8);
            assertThat(answers.split("\"next\":\"agent-00999\"}", -1).length - 1).isEqualTo(LISTS);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&state=unreachable", "&tenant=" + TENANT})
    void pagesOfALargeFleetAreWholeAndFollowEachOther(String filter) throws Exception {
        try (TestDaemon daemon = start("")) {
            List<String> found = new ArrayList<>();
            String after = "";
            do {
                HttpResponse<String> page = daemon.get("/agents?limit=700&after=" + after + filter);
                assertThat(page.statusCode()).isEqualTo(200);
                List<String> ids = ids(page.body());
                found.addAll(ids);
                after = page.body().endsWith("],\"next\":null}") ? "" : ids.getLast();
                assertThat(page.body())
                        .endsWith(
                                after.isEmpty()
                                        ? "],\"next\":null}"
                                        : "],\"next\":\"" + after + "\"}");
            } while (!after.isEmpty());
            assertThat(found).hasSize(AGENTS).isSorted().doesNotHaveDuplicates();
            assertThat(daemon.send("HEAD", "/agents?limit=700" + filter, "").statusCode())
                    .isEqualTo(200);
            assertThat(ids(daemon.get("/agents?limit=1" + filter).body()))
                    .containsExactly("agent-00000");
        }
    }

    @Test
    void aListShowsWhatItsClientChangedBefore() throws Exception {
        try (TestDaemon daemon = start("")) {
            assertThat(ids(daemon.get("/agents?limit=1000").body())).contains("agent-00500");
            daemon.send("DELETE", "/api/v1/agents/agent-00500", "");
            assertThat(ids(daemon.get("/agents?limit=1000").body()))
                    .hasSize(1000)
                    .doesNotContain("agent-00500");
        }
    }

    @Test
    void aLargeListEndsWithTheConnectionWhereTheClientKnowsNoChunks() throws Exception {
        try (TestDaemon daemon = start("");
                Socket client = daemon.connect()) {
            client.getOutputStream()
                    .write("GET /agents?limit=1000 HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            String answer = new String(client.getInputStream().readAllBytes(), UTF_8);
            assertThat(answer).doesNotContain("transfer-encoding", "content-length");
            assertThat(ids(answer.substring(answer.indexOf("\r\n\r\n")))).hasSize(1000);
        }
    }

    @Test
    void aClientThatTakesNothingOfAListForTooLongIsCut() throws Exception {
        try (TestDaemon daemon = start("\"turns\": {\"stall_timeout\": \"300ms\"},");
                Socket client = list(daemon)) {
            daemon.awaitMetric("culvert_http_connections", count -> count == 2);
            daemon.awaitMetric("culvert_http_connections", count -> count == 1);
            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .doesNotEndWith("\r\n0\r\n\r\n");
        }
    }
}
