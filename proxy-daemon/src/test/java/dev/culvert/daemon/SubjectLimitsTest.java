package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.testing.Eventually;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client of subjects gets at their limits, and where nobody is there. */
@Timeout(60)
class SubjectLimitsTest {
    private static final int MOST_MESSAGES = 1_000;

    private static TestDaemon daemon(String subjects, String agents) throws Exception {
        return TestDaemon.start("{\"subjects\": {%s}, %s}".formatted(subjects, agents));
    }

    private static TestDaemon alone(String subjects) throws Exception {
        return daemon(subjects, "\"agents\": []");
    }

    private static HttpResponse<String> publish(TestDaemon daemon, String subject, String data)
            throws Exception {
        return daemon.post("/api/v1/subjects/" + subject, "{\"data\":" + data + "}");
    }

    private static EventReader follow(TestDaemon daemon) throws Exception {
        return daemon.stream("GET", "/api/v1/subjects?match=%3E", "");
    }

    @Test
    void oneSubscriberMoreThanAllowedIsToldToComeLater() throws Exception {
        try (TestDaemon daemon = alone("\"max_subscribers\": 1")) {
            try (EventReader first = follow(daemon)) {
                assertThat(first.status()).isEqualTo(200);

                HttpResponse<String> second = daemon.get("/api/v1/subjects?match=a");

                assertThat(second.statusCode()).isEqualTo(429);
                assertThat(second.headers().firstValue("retry-after")).contains("1");
                assertThat(second.body())
                        .contains("\"code\":\"overloaded\"", "(subjects.max_subscribers)");
            }
            daemon.awaitMetric("culvert_subjects_subscribers", 0);
            try (EventReader next = follow(daemon)) {
                assertThat(next.status()).isEqualTo(200);
            }
        }
    }

    @Test
    void dataThatIsTooLargeIsRefusedWithItsSizeAndTheKey() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("subjects");
                TestDaemon daemon = daemon("\"max_data_bytes\": 10", TestDaemon.agents(guest))) {
            daemon.awaitState("a", "ready");
            assertThat(publish(daemon, "a", "\"12345678\"").statusCode()).isEqualTo(200);
            for (String path : new String[] {"subjects/a", "agents/a/request/a"}) {
                HttpResponse<String> answer =
                        daemon.post("/api/v1/" + path, "{\"data\":\"123456789\"}");

                assertThat(answer.statusCode()).as(path).isEqualTo(413);
                assertThat(answer.body())
                        .contains(
                                "The data has 11 bytes, and the daemon takes at most 10: send less, or"
                                        + " raise subjects.max_data_bytes.");
            }
            guest.on("request", request -> request.reply("reply", "{\"data\":\"123456789\"}"));
            assertThat(daemon.post("/api/v1/agents/a/request/a", "{\"data\":1}").body())
                    .contains("123456789");
        }
    }

    @Test
    void oneRequestOfAnAgentMoreThanMayWaitIsRefused() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("subjects");
                TestDaemon daemon = daemon("\"max_waiting\": 1", TestDaemon.agents(guest));
                EventReader follower = follow(daemon)) {
            daemon.awaitState("a", "ready");
            guest.links().getLast().send("request", "r1", "{\"subject\":\"may.i\",\"data\":1}");
            String inbox = follower.next().data().replaceAll(".*\"reply\":\"(.*?)\".*", "$1");

            guest.links().getLast().send("request", "r2", "{\"subject\":\"may.i\",\"data\":2}");

            ScriptedGuest.Request refused = guest.take();
            assertThat(refused.json())
                    .contains("\"type\":\"error\",\"id\":\"r2\"", "\"code\":\"overloaded\"")
                    .contains("(subjects.max_waiting)");
            publish(daemon, inbox, "\"yes\"");
            assertThat(guest.take().json()).contains("\"type\":\"reply\",\"id\":\"r1\"");
            guest.links().getLast().send("request", "r3", "{\"subject\":\"may.i\",\"data\":3}");
            assertThat(follower.next().data()).contains("\"data\":3");
            assertThat(daemon.metric("culvert_subjects_requests_total{outcome=\"refused\"}"))
                    .isOne();
        }
    }

    /** Its receive buffer is small, so that little is on the way to it. */
    private static Socket standStill(TestDaemon daemon) throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 * 1024);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), daemon.port()));
        socket.getOutputStream()
                .write(
                        "GET /api/v1/subjects?match=%3E HTTP/1.1\r\nhost: localhost\r\n\r\n"
                                .getBytes(ISO_8859_1));
        daemon.awaitMetric("culvert_subjects_subscribers", 1);
        return socket;
    }

    @Test
    void aReaderThatStandsStillIsToldHowManyItMissedAndSlowsNobody() throws Exception {
        try (TestDaemon daemon = alone("\"max_queued\": 4");
                Socket still = standStill(daemon);
                EventReader quick = follow(daemon)) {
            CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> countAll(quick));
            String data = "\"" + "x".repeat(64 * 1024) + "\"";
            int sent = 0;
            boolean isMissed = false;
            while (!isMissed && sent < MOST_MESSAGES) {
                isMissed = publish(daemon, "a", data).body().contains("\"missed\":1");
                sent++;
            }
            assertThat(isMissed).as("after %d messages", sent).isTrue();
            for (int i = 0; i < 3; i++) {
                publish(daemon, "a", data);
                sent++;
            }
            assertThat(daemon.metric("culvert_subjects_missed_total")).isPositive();
            assertThat(daemon.metric("culvert_held_bytes{kind=\"unsent\"}"))
                    .isGreaterThan(3 * 64 * 1024);

            EventReader late =
                    new EventReader(
                            "HTTP/1.1 200", new BufferedInputStream(still.getInputStream()));
            CompletableFuture<Integer> unheard = publishEnd(daemon);
            int counted = countAll(late);
            assertThat(counted).isEqualTo(sent + unheard.get());
            assertThat(read.get()).isEqualTo(sent);
        }
    }

    @Test
    void anAgentThatStandsStillIsToldHowManyItMissedAndKeepsItsLink() throws Exception {
        CountDownLatch reads = new CountDownLatch(1);
        AtomicInteger came = new AtomicInteger();
        AtomicInteger ends = new AtomicInteger();
        try (ScriptedGuest guest = ScriptedGuest.announcing("subjects");
                TestDaemon daemon = daemon("\"max_queued\": 4", TestDaemon.agents(guest))) {
            daemon.awaitState("a", "ready");
            guest.on(
                    "publish",
                    message -> {
                        await(reads);
                        (message.payload().startsWith("{\"subject\":\"end\"") ? ends : came)
                                .incrementAndGet();
                    });
            guest.on("missed", it -> came.addAndGet(count(it.payload())));
            guest.links().getLast().send("subscribe", "s", "{\"match\":\">\"}");
            assertThat(guest.take().json())
                    .isEqualTo("{\"type\":\"reply\",\"id\":\"s\",\"payload\":{\"data\":{}}}");
            String data = "\"" + "x".repeat(64 * 1024) + "\"";
            int sent = 0;
            boolean isMissed = false;
            while (!isMissed && sent < MOST_MESSAGES) {
                isMissed = publish(daemon, "a", data).body().contains("\"missed\":1");
                sent++;
            }
            assertThat(isMissed).as("after %d messages", sent).isTrue();
            daemon.awaitMetric("culvert_held_bytes{kind=\"unsent\"}", held -> held > 3 * 64 * 1024);

            reads.countDown();

            int unheard = publishEnd(daemon).get();
            int expected = sent + unheard;
            Eventually.await(() -> assertThat(ends).hasValue(1));
            assertThat(came).hasValue(expected);
            assertThat(guest.links()).hasSize(1);
            daemon.awaitMetric("culvert_held_bytes{kind=\"unsent\"}", 0);
        }
    }

    private static int count(String missed) {
        return Integer.parseInt(missed.replaceAll("\\D", ""));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Until the slow one gets it, too; returns how often it did not. */
    private static CompletableFuture<Integer> publishEnd(TestDaemon daemon) {
        return CompletableFuture.supplyAsync(() -> {
            AtomicInteger missed = new AtomicInteger(-1);
            Eventually.await(() -> {
                missed.incrementAndGet();
                try {
                    assertThat(publish(daemon, "end", "1").body()).endsWith("\"missed\":0}");
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            return missed.get();
        });
    }

    /** The messages up to the first "end" that came, those that are missing counted too. */
    private static int countAll(EventReader events) {
        try {
            int count = 0;
            while (true) {
                Event event = events.next();
                if (event.type().equals("missed")) {
                    count += Integer.parseInt(event.data().replaceAll("\\D", ""));
                } else if (event.data().startsWith("{\"subject\":\"end\"")) {
                    return count;
                } else {
                    count++;
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nobodyThereIsAnErrorAtOnce() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("subjects");
                ScriptedGuest old = ScriptedGuest.start();
                TestDaemon daemon =
                        TestDaemon.start(
                                """
                                {"agents": [{"id": "a", "address": "%s"}, {"id": "old", "address": "%s"},
                                            {"id": "away", "address": "unix:///nowhere/away.sock"}]}
                                """
                                        .formatted(guest.address(), old.address()))) {
            daemon.awaitState("a", "ready");
            daemon.awaitState("old", "ready");
            guest.on("request", request -> request.error("no_responder", "nobody answers 'x'"));

            assertError(daemon, "agents/a/request/x", 404, "Nobody replies: nobody answers 'x'.");
            assertError(daemon, "agents/old/request/x", 501, "takes no requests on subjects");
            assertError(daemon, "agents/away/request/x", 502, "there is no such socket");
            assertError(daemon, "agents/none/request/x", 404, "There is no agent 'none'");
            assertError(daemon, "agents/a/request/x..y", 400, "'x..y' is not a subject");
            assertError(daemon, "subjects/inbox.none", 404, "Nobody waits for a reply");
            assertError(daemon, "subjects/a%20b", 400, "'a b' is not a subject");
            assertThat(daemon.get("/api/v1/subjects?match=a&tenant=a%2Fb").body())
                    .contains("The query parameter 'tenant' is 'a/b': it takes 1 to 64 of");
            assertThat(daemon.get("/api/v1/subjects?match=a.%3E.b").statusCode()).isEqualTo(400);
            assertThat(publish(daemon, "nobody.follows", "1").body())
                    .isEqualTo("{\"receivers\":0,\"missed\":0}");
        }
    }

    private static void assertError(TestDaemon daemon, String path, int status, String sentence)
            throws Exception {
        HttpResponse<String> answer = daemon.post("/api/v1/" + path, "{\"data\":1}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(sentence);
    }
}
