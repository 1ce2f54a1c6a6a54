package dev.culvert.daemon.client.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.testing.Eventually;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that answers each connection with the next of its texts, and then closes it. */
@Timeout(30)
class TurnStreamTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    private static final TurnStream.Resuming QUICK =
            new TurnStream.Resuming(Duration.ofMillis(1), Duration.ofMillis(200));

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<IOException> losses = new CopyOnWriteArrayList<>();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private TurnStream begin(String... answers) {
        return begin(QUICK, answers);
    }

    private TurnStream begin(TurnStream.Resuming resuming, String... answers) {
        Thread.ofVirtual().start(() -> serve(answers));
        Api api =
                new Api(
                        Server.parse("http://127.0.0.1:" + server.getLocalPort()),
                        "",
                        Optional.empty(),
                        Duration.ofSeconds(10),
                        _ -> {});
        return new TurnStream(api, Request.post("/api/v1/agents/a/stream"), resuming, losses::add);
    }

    private void serve(String... answers) {
        try {
            for (String answer : answers) {
                try (Socket socket = server.accept()) {
                    BufferedReader in =
                            new BufferedReader(
                                    new InputStreamReader(socket.getInputStream(), UTF_8));
                    StringBuilder request = new StringBuilder();
                    for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                        request.append(line).append('\n');
                    }
                    requests.add(request.toString());
                    socket.getOutputStream().write(answer.getBytes(UTF_8));
                }
            }
            server.close();
        } catch (IOException _) {
            // the test is over
        }
    }

    private static void close(TurnStream turn) {
        try {
            turn.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String chunk(int number) {
        return "event: chunk\nid: a.T:%d\ndata: {\"content\":\"%d\"}\n\n".formatted(number, number);
    }

    private static final String DONE = "event: done\nid: a.T:3\ndata: {}\n\n";

    private static List<String> ids(TurnStream turn) throws IOException {
        List<String> ids = new ArrayList<>();
        for (Event event = turn.next(); event != null; event = turn.next()) {
            ids.add(event.type() + " " + event.id());
        }
        return ids;
    }

    @Test
    void aLostConnectionIsResumedAfterTheLastEvent() throws IOException {
        try (TurnStream turn =
                begin(
                        HEAD
                                + "retry: 500\nid: a.T:0\n\n"
                                + chunk(1)
                                + "event: chunk\nid: a.T:2\nda",
                        HEAD + "id: a.T:1\n\n" + chunk(2) + DONE)) {
            assertThat(ids(turn)).containsExactly("chunk a.T:1", "chunk a.T:2", "done a.T:3");
        }
        assertThat(losses).hasSize(1);
        assertThat(requests.getLast())
                .startsWith("GET /api/v1/turns/a.T/stream HTTP/1.1")
                .contains("last-event-id: a.T:1\n");
    }

    @Test
    void whatHappensInTheMiddleOfATurnDoesNotEndIt() throws IOException {
        try (TurnStream turn =
                begin(
                        HEAD
                                + "event: tool_call\nid: a.T:1\ndata: {\"call_id\":\"c\"}\n\n"
                                + "event: news\nid: a.T:2\ndata: {}\n\n"
                                + DONE)) {
            assertThat(ids(turn)).containsExactly("tool_call a.T:1", "news a.T:2", "done a.T:3");
        }
        assertThat(losses).isEmpty();
    }

    @Test
    void aRestartOfTheDaemonIsALostConnection() throws IOException {
        try (TurnStream turn =
                begin(
                        HEAD
                                + chunk(1)
                                + "event: error\n"
                                + "id: a.T:1\n"
                                + "data: {\"code\":\"draining\",\"message\":\"m\"}\n\n",
                        "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n",
                        HEAD + chunk(2) + DONE)) {
            assertThat(ids(turn)).containsExactly("chunk a.T:1", "chunk a.T:2", "done a.T:3");
        }
    }

    @Test
    void aTurnOfWhichAllWasReadIsOver() throws IOException {
        try (TurnStream turn = begin(HEAD + chunk(1), "HTTP/1.1 204 No Content\r\n\r\n")) {
            assertThat(ids(turn)).containsExactly("chunk a.T:1");
        }
    }

    @Test
    void aTurnThatTheDaemonDoesNotKnowIsAProblem() throws IOException {
        try (TurnStream turn =
                begin(
                        HEAD + chunk(1),
                        "HTTP/1.1 410 Gone\r\ncontent-length: 14\r\n\r\n{\"error\":\"no\"}")) {
            assertThatThrownBy(() -> ids(turn))
                    .isInstanceOf(ProblemException.class)
                    .hasMessage("no");
        }
    }

    @Test
    void aStreamThatBrokeOffBeforeItsIdCannotBeResumed() throws IOException {
        try (TurnStream turn = begin(HEAD)) {
            assertThatThrownBy(() -> ids(turn)).isInstanceOf(IOException.class);
        }
        assertThat(losses).isEmpty();
    }

    @Test
    void givesUpWhenTheDaemonStaysAway() throws IOException {
        try (TurnStream turn = begin(HEAD + chunk(1))) {
            assertThatThrownBy(() -> ids(turn)).isInstanceOf(UnreachableException.class);
        }
    }

    @Test
    @Timeout(20)
    void oneThatIsClosedWaitsForTheDaemonNoLonger() throws Exception {
        TurnStream.Resuming slow =
                new TurnStream.Resuming(Duration.ofMinutes(1), Duration.ofMinutes(2));
        try (TurnStream turn = begin(slow, HEAD + chunk(1))) {
            Thread.ofVirtual()
                    .start(() -> {
                        Eventually.await(() -> assertThat(losses).isNotEmpty());
                        close(turn);
                    });
            assertThatThrownBy(() -> ids(turn)).isInstanceOf(EOFException.class);
        }
    }
}
