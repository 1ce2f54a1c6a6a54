package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More waits in the daemon than may: it refuses, then ends what is largest, and lives. */
@Timeout(90)
class MemoryTest {
    private static final int MIB = 1 << 20;
    private static final Pattern CREDIT = Pattern.compile("\"credit\":([0-9]+)");
    private static final Pattern BYTES = Pattern.compile("\"bytes\":([0-9]+)");

    private final List<Socket> clients = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
    }

    /** A client that is not read from unless the test does. */
    private Socket client(TestDaemon daemon, String request) throws IOException {
        Socket client = daemon.connect();
        clients.add(client);
        client.getOutputStream().write(request.getBytes(UTF_8));
        return client;
    }

    private static String memory(int mebibytes, String more) {
        return "\"memory\": {\"max_held_bytes\": \"%dMiB\"%s},".formatted(mebibytes, more);
    }

    private static String post(String path, int length) {
        String line = "POST %s HTTP/1.1\r\nhost: localhost\r\n".formatted(path);
        return line + "content-length: %d\r\n\r\n".formatted(length);
    }

    private static String stream(String agent) {
        return "POST /api/v1/agents/%s/stream HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"
                .formatted(agent);
    }

    private static String text(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), UTF_8);
    }

    /** A chunk as large as a frame allows, nearly. */
    private static void flood(Request message, int kibibytes) throws IOException {
        message.chunk("x".repeat(kibibytes * 1024));
    }

    @Test
    void unfinishedBodiesAreAnsweredWhenTheyAreTooMuchAndNoneIsClosedWithoutAWord()
            throws Exception {
        String head = post("/api/v1/agents/a/message", MIB);
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(memory(6, ""), guest)) {
            for (int i = 0; i < 20; i++) {
                client(daemon, head);
            }
            byte[] most = "x".repeat(MIB - 1024).getBytes(UTF_8);
            for (Socket client : clients) {
                try {
                    client.getOutputStream().write(most);
                } catch (IOException _) {
                    // it was answered while it sent
                }
            }
            daemon.awaitMetric(
                    "culvert_http_requests_refused_total{code=\"503\"}", count -> count >= 14);
            assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);
            assertThat(daemon.metric("culvert_held_bytes{kind=\"bodies\"}"))
                    .isBetween(1.0, 6.0 * MIB);

            int answered = 0;
            for (Socket client : clients) {
                client.setSoTimeout(3_000);
                try {
                    assertThat(text(client))
                            .startsWith("HTTP/1.1 503 ")
                            .contains("retry-after: 1", "over_memory", "memory.body_share");
                    answered++;
                } catch (SocketTimeoutException _) {
                    // it may still send the rest
                }
            }
            assertThat(answered).isGreaterThanOrEqualTo(14);
        }
    }

    @Test
    void unfinishedBodiesLeaveRoomForMessagesThatComeWhole() throws Exception {
        String head = post("/api/v1/agents/a/message", MIB);
        byte[] most = "x".repeat(MIB - 1024).getBytes(UTF_8);
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(memory(16, ""), guest)) {
            guest.on("message", message -> message.done("yes"));
            for (int i = 0; i < 30; i++) {
                try {
                    client(daemon, head).getOutputStream().write(most);
                } catch (IOException _) {
                    // it was answered while it sent
                }
                HttpResponse<String> honest =
                        daemon.post("/api/v1/agents/a/message", TestDaemon.MESSAGE);
                assertThat(honest.statusCode()).as(honest.body()).isEqualTo(200);
            }
            daemon.awaitMetric("culvert_held_ended_total{kind=\"bodies\"}", count -> count >= 20);
            assertThat(daemon.metric("culvert_held_bytes{kind=\"bodies\"}"))
                    .isBetween(1.0, 0.4 * 16 * MIB);
        }
    }

    @Test
    void newWorkIsRefusedPastTheHighMarkAndHealthAndMetricsAreNot() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with(
                                memory(
                                        2,
                                        ", \"high_mark\": \"25%\", \"client_share\": \"100%\","
                                                + " \"agent_share\": \"100%\", \"body_share\":"
                                                + " \"24%\""),
                                guest)) {
            client(daemon, stream("a"));
            flood(guest.take(), 1000);
            daemon.awaitMetric("culvert_held_bytes{kind=\"unsent\"}", held -> held > 0.6 * MIB);

            for (HttpResponse<String> refused :
                    List.of(
                            daemon.post("/api/v1/agents/a/message", TestDaemon.MESSAGE),
                            daemon.get("/api/v1/agents/a/stream?message=%7B%7D"),
                            daemon.get("/api/v1/events"))) {
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
                assertThat(refused.body())
                        .contains(
                                "\"code\":\"over_memory\"",
                                "2097152 bytes (memory.max_held_bytes)");
            }
            assertThat(daemon.metric("culvert_held_refused_total")).isEqualTo(3);
            assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);
            assertThat(daemon.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(daemon.get("/api/v1/agents").statusCode()).isEqualTo(200);
            assertThat(daemon.reload().statusCode()).isEqualTo(200);

            clients.getFirst().close();
            daemon.awaitMetric("culvert_held_bytes{kind=\"unsent\"}", 0);
            CompletableFuture<HttpResponse<String>> taken =
                    daemon.begin("POST", "/api/v1/agents/a/message", TestDaemon.MESSAGE);
            guest.take().done("yes");
            assertThat(taken.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void oneAgentsStreamsThatStandStillEndAndItsNeighbourDoesNotNotice() throws Exception {
        try (ScriptedGuest flooder = ScriptedGuest.start();
                ScriptedGuest neighbour = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with(
                                memory(16, ", \"high_mark\": \"100%\"")
                                        + "\"turns\": {\"max_unsent_bytes\": \"64MiB\"},",
                                flooder,
                                neighbour)) {
            client(daemon, stream("b"));
            Request honest = neighbour.take();
            honest.chunk("first");
            List<Request> asked = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                client(daemon, stream("a"));
                asked.add(flooder.take());
                flood(asked.getLast(), 1000);
            }
            daemon.awaitMetric("culvert_held_ended_total{kind=\"unsent\"}", count -> count >= 6);
            assertThat(daemon.metric("culvert_held_bytes{kind=\"unsent\"}"))
                    .isLessThanOrEqualTo(4.0 * MIB);
            assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);

            honest.done("second");
            assertThat(text(clients.getFirst()))
                    .contains("first", "second", "event: done")
                    .endsWith("\r\n0\r\n\r\n");
            for (Request request : asked) {
                request.done("");
            }
            int broken = 0;
            for (Socket client : clients.subList(1, clients.size())) {
                if (!text(client).endsWith("\r\n0\r\n\r\n")) {
                    broken++;
                }
            }
            assertThat(broken).isBetween(6, 11);
        }
    }

    @Test
    void anAnswerThatIsTheLargestOfTooManyEndsWithItsReason() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with(memory(8, ", \"high_mark\": \"100%\""), guest)) {
            CompletableFuture<HttpResponse<String>> large =
                    daemon.begin("POST", "/api/v1/agents/a/message", TestDaemon.MESSAGE);
            Request message = guest.take();
            flood(message, 1500);
            flood(message, 1500);
            HttpResponse<String> answer = large.get(20, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("over_memory", "2097152 bytes (memory.agent_share)");
            assertThat(daemon.metric("culvert_held_ended_total{kind=\"answers\"}")).isEqualTo(1);
            daemon.awaitMetric("culvert_held_bytes{kind=\"answers\"}", 0);
        }
    }

    @Test
    void headsThatDoNotEndAreCountedAndEnd() throws Exception {
        try (TestDaemon daemon =
                TestDaemon.start(
                        "{"
                                + memory(2, ", \"client_share\": \"100%\"")
                                + "\"http\": {\"max_uri_bytes\": \"256KiB\", \"listen\":"
                                + " [\"tcp://127.0.0.1:0\"]}}")) {
            for (int i = 0; i < 20; i++) {
                client(daemon, "GET /" + "x".repeat(200 * 1024));
            }
            daemon.awaitMetric("culvert_held_ended_total{kind=\"bodies\"}", held -> held >= 5);
            assertThat(daemon.metric("culvert_held_bytes{kind=\"bodies\"}"))
                    .isBetween(1.0, 2.0 * MIB);
            assertThat(daemon.get("/livez").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void framesThatComeInPartCloseTheLinkThatHoldsTheMost() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(memory(8, ""), guest)) {
            CompletableFuture<HttpResponse<String>> asked =
                    daemon.begin("POST", "/api/v1/agents/a/message", TestDaemon.MESSAGE);
            Request message = guest.take();
            byte[] part = new byte[3 * MIB];
            part[1] = 0x3f;
            part[2] = (byte) 0xff;
            try {
                message.link().write(part);
            } catch (IOException _) {
                // it was closed while it sent
            }
            HttpResponse<String> answer = asked.get(20, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body()).contains("link_lost", "2097152 bytes (memory.agent_share)");
        }
    }

    /** Asks for a whole answer, and does not read it yet. */
    private Socket asked(TestDaemon daemon) throws IOException {
        return client(
                daemon,
                "POST /api/v1/agents/a/message HTTP/1.1\r\nhost: localhost\r\nconnection:"
                        + " close\r\ncontent-length: 2\r\n\r\n{}");
    }

    private static void assertWhole(Socket client, int bytes) throws IOException {
        String answer = text(client);
        int body = answer.indexOf("\r\n\r\n") + 4;
        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertThat(answer.length() - body).isEqualTo(bytes + "{'content':''}".length());
    }

    @Test
    void anAnswerThatHasBegunToLeaveEndsWholeAndThoseThatAreNotCompleteEndInWords()
            throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.with(memory(48, ", \"high_mark\": \"100%\""), guest)) {
            Socket first = asked(daemon);
            Request message = guest.take();
            for (int i = 0; i < 4; i++) {
                flood(message, 1400);
            }
            message.done("");
            daemon.awaitMetric("culvert_held_bytes{kind=\"unsent\"}", held -> held > 3 * MIB);

            List<Request> others = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                asked(daemon);
                others.add(guest.take());
            }
            for (Request other : others) {
                flood(other, 1400);
                flood(other, 1400);
            }
            daemon.awaitMetric("culvert_held_ended_total{kind=\"answers\"}", count -> count >= 1);
            for (Request other : others) {
                other.done("");
            }
            assertWhole(first, 4 * 1400 * 1024);
            int refused = 0;
            for (Socket client : clients.subList(1, clients.size())) {
                String answer = text(client);
                if (answer.startsWith("HTTP/1.1 503 ")) {
                    assertThat(answer).contains("over_memory", "memory.agent_share");
                    refused++;
                } else {
                    assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("x\"}");
                }
            }
            assertThat(refused).isBetween(1, 2);
            assertThat(daemon.metric("culvert_held_ended_total{kind=\"unsent\"}")).isZero();
        }
    }

    @Test
    void largeAnswersKeepTheirRoomUntilTheyHaveLeft() throws Exception {
        Map<String, Semaphore> credits = new ConcurrentHashMap<>();
        String chunk = "x".repeat(20_000);
        int bytes = 209 * chunk.length();
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel");
                TestDaemon daemon =
                        TestDaemon.with(
                                memory(64, ", \"high_mark\": \"100%\", \"agent_share\": \"26%\"")
                                        + "\"turns\": {\"max_answer_bytes\": \"4MiB\"},",
                                guest)) {
            giveCredit(guest, credits);
            guest.on("message", message -> answer(message, credits, bytes, chunk));
            for (int i = 0; i < 8; i++) {
                asked(daemon);
            }
            daemon.awaitMetric("culvert_held_bytes{kind=\"unsent\"}", held -> held > 13 * MIB);
            List<Callable<Void>> readers = new ArrayList<>();
            for (Socket client : clients) {
                readers.add(() -> {
                    assertWhole(client, bytes);
                    return null;
                });
            }
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Void> read : threads.invokeAll(readers)) {
                    read.get();
                }
            }
            assertThat(daemon.metric("culvert_held_ended_total{kind=\"unsent\"}")).isZero();
            assertThat(daemon.metric("culvert_held_ended_total{kind=\"answers\"}")).isZero();
        }
    }

    private static void giveCredit(ScriptedGuest guest, Map<String, Semaphore> credits) {
        guest.on(
                "credit",
                frame -> {
                    Matcher more = BYTES.matcher(frame.payload());
                    assertThat(more.find()).isTrue();
                    credits.computeIfAbsent(frame.id(), _ -> new Semaphore(0))
                            .release(Integer.parseInt(more.group(1)));
                });
    }

    /** Sends an answer of so many bytes as its host gives it credit. */
    private static void answer(
            Request message, Map<String, Semaphore> credits, int bytes, String chunk) {
        Semaphore credit = credits.computeIfAbsent(message.id(), _ -> new Semaphore(0));
        Matcher first = CREDIT.matcher(message.json());
        assertThat(first.find()).isTrue();
        credit.release(Integer.parseInt(first.group(1)));
        Thread.startVirtualThread(() -> {
            try {
                for (int sent = 0; sent < bytes; sent += chunk.length()) {
                    credit.acquire(chunk.length() + 100);
                    message.chunk(chunk);
                }
                message.done("");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void manyLargeAnswersOfOneAgentAllComeThroughAFewAtATime() throws Exception {
        Map<String, Semaphore> credits = new ConcurrentHashMap<>();
        String chunk = "x".repeat(20_000);
        int bytes = 90 * chunk.length();
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel");
                TestDaemon daemon =
                        TestDaemon.with(
                                memory(40, "") + "\"turns\": {\"max_answer_bytes\": \"2MiB\"},",
                                guest)) {
            giveCredit(guest, credits);
            guest.on("message", message -> answer(message, credits, bytes, chunk));
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                answers.add(daemon.begin("POST", "/api/v1/agents/a/message", TestDaemon.MESSAGE));
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                HttpResponse<String> response = answer.get(60, TimeUnit.SECONDS);
                assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
                assertThat(response.body()).hasSize(bytes + "{'content':''}".length());
            }
            assertThat(daemon.metric("culvert_held_ended_total{kind=\"answers\"}")).isZero();
            daemon.awaitMetric("culvert_held_bytes{kind=\"answers\"}", 0);
        }
    }
}
