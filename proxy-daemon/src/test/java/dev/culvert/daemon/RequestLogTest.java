package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who ended a request, and in which phase, as the access log says it. */
@Timeout(60)
class RequestLogTest {
    private static final String STREAM = "/api/v1/agents/a/stream";
    private static final String WHOLE = "/api/v1/agents/a/message";

    @TempDir Path directory;

    private TestDaemon daemon(String more, ScriptedGuest... guests) throws Exception {
        return TestDaemon.with(accessLog() + more, guests);
    }

    private String accessLog() {
        return "\"access_log\": {\"enabled\": true, \"to\": \"%s\"}, "
                .formatted(directory.resolve("log"));
    }

    /** Waits for the line of the request of that id. */
    private String line(String request) {
        String of = " request=" + request + " ";
        Eventually.await(() -> assertThat(lines()).anyMatch(it -> it.contains(of)));
        return lines().stream().filter(it -> it.contains(of)).findFirst().orElseThrow();
    }

    private List<String> lines() {
        try {
            Path log = directory.resolve("log");
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String post(String path, String id, String body) {
        return "POST %s HTTP/1.1\r\nhost: localhost\r\nx-request-id: %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                .formatted(path, id, body.length(), body);
    }

    @Test
    void tellsOfAnAnswerItsTimesBytesTokensAndTrace() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest)) {
            guest.on(
                    "message",
                    it ->
                            it.reply(
                                    "chunk",
                                    "{\"content\":\"hello\",\"done\":true,\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}"));
            String body =
                    daemon.send(
                                    "POST",
                                    WHOLE,
                                    MESSAGE,
                                    "x-request-id",
                                    "r-1",
                                    "traceparent",
                                    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                            .body();

            assertThat(line("r-1"))
                    .matches("time=\\S+Z level=info state=done method=POST .*")
                    .contains(
                            " route=/api/v1/agents/{id}/message status=200 ",
                            " trace=4bf92f3577b34da6a3ce929d0e0e4736 agent=a turn=a.",
                            " bytes_in=" + MESSAGE.length() + " bytes_out=" + body.length() + " ",
                            " input_tokens=7 output_tokens=3 protocol=HTTP/1.1")
                    .containsPattern(
                            " head_ms=[0-9.]+ body_ms=[0-9.]+ dial_ms=[0-9.]+ first_ms=[0-9.]+"
                                    + " whole_ms=[0-9.]+ ");
            daemon.awaitMetric("culvert_tokens_total{direction=\"input\"}", it -> it == 7);
            daemon.awaitMetric("culvert_tokens_total{direction=\"output\"}", it -> it == 3);
        }
    }

    @Test
    void aChangeOverTheAdminSocketNamesItsUserAndItsRun() throws Exception {
        String settings = "{" + accessLog() + "}";
        try (TestDaemon daemon = TestDaemon.start(settings)) {
            String head = daemon.reload().head();
            String id = head.replaceFirst("(?s).*x-request-id: (\\S+).*", "$1");
            String run = head.replaceFirst("(?s).*culvert-op: (\\S+).*", "$1");

            assertThat(line(id))
                    .contains(" route=/api/v1/admin/reload status=200 ", " op=" + run + " ")
                    .containsPattern(
                            " caller=\"unix:[^\"]*uid %s, gid [0-9]+\\)?\" "
                                    .formatted(
                                            Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
        }
    }

    @Test
    void tellsOfAStreamItsTokensAndBytes() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest)) {
            guest.on(
                    "message",
                    it ->
                            it.reply(
                                    "chunk",
                                    "{\"content\":\"hello\",\"done\":true,\"usage\":{\"input_tokens\":7,\"output_tokens\":3}}"));
            String body = daemon.send("POST", STREAM, MESSAGE, "x-request-id", "r-1").body();

            assertThat(line("r-1"))
                    .contains(" state=done ", " input_tokens=7 output_tokens=3 ")
                    .contains(" bytes_out=" + body.length() + " ");
        }
    }

    @Test
    void aClientThatLeavesAStreamEndedItWhileItStreamed() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest)) {
            guest.on("message", it -> it.chunk("one"));
            try (RawConnection client = new RawConnection(daemon)) {
                client.send(post(STREAM, "r-1", MESSAGE));
                assertThat(client.until("one")).endsWith("one");
            }
            assertThat(line("r-1")).contains("state=client/streaming ", " status=200 ");
        }
    }

    @Test
    void aClientThatLeavesBeforeTheAnswerEndedItWhileItWaited() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest)) {
            try (RawConnection client = new RawConnection(daemon)) {
                client.send(post(WHOLE, "r-1", MESSAGE));
                guest.take();
            }
            assertThat(line("r-1")).contains("state=client/waiting ", " status=499 ");
        }
    }

    @Test
    void aClientThatLeavesWithinItsBodyEndedItThere() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest)) {
            try (RawConnection client = new RawConnection(daemon)) {
                client.send(
                        "POST %s HTTP/1.1\r\nhost: localhost\r\nx-request-id: r-1\r\ncontent-length: 99\r\nexpect: 100-continue\r\n\r\n"
                                .formatted(WHOLE));
                assertThat(client.head()).contains("100");
            }
            assertThat(line("r-1")).contains("state=client/body ", " status=499 ");
        }
    }

    @Test
    void anAgentThatAnswersWithAnErrorEndedIt() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest)) {
            guest.on(
                    "message",
                    it -> {
                        it.chunk("one");
                        it.error("internal", "a \\\"bug\\\"");
                    });
            daemon.send("POST", STREAM, MESSAGE, "x-request-id", "r-1");

            assertThat(line("r-1"))
                    .contains(
                            " level=warn state=agent/streaming ",
                            " status=200 ",
                            " code=internal ",
                            " error=\"The agent answered with an error: a \\\"bug\\\".");
        }
    }

    @Test
    void anAgentThatCannotBeReachedEndedItBeforeItHadTheMessage() throws Exception {
        ScriptedGuest gone = ScriptedGuest.start();
        gone.close();
        try (TestDaemon daemon =
                TestDaemon.start("{" + accessLog() + TestDaemon.agents(gone) + "}")) {
            daemon.send("POST", WHOLE, MESSAGE, "x-request-id", "r-1");

            assertThat(line("r-1"))
                    .contains("state=agent/dialling ", " status=502 ", " code=unreachable ");
        }
    }

    @Test
    void aLimitOfTheDaemonIsSaidToBeOne() throws Exception {
        String limit = "\"link\": {\"max_in_flight\": 1}, ";
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(limit, guest)) {
            daemon.begin("POST", WHOLE, MESSAGE);
            guest.take();
            daemon.begin("POST", WHOLE, MESSAGE, "x-request-id", "r-1");

            assertThat(line("r-1")).contains("state=daemon/limit ", " code=overloaded ");
            daemon.awaitMetric("culvert_refusals_total{reason=\"overloaded\"}", 1);
        }
    }

    @Test
    void whatNoRouteTakesIsTheClientsMistake() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest)) {
            daemon.send("GET", "/nowhere", "", "x-request-id", "r-1");
            daemon.send("POST", "/api/v1/agents/zz/message", MESSAGE, "x-request-id", "r-2");
            daemon.send("OPTIONS", WHOLE, "", "x-request-id", "r-3");

            assertThat(line("r-1"))
                    .contains(" level=info state=client/head method=GET status=404 ")
                    .contains("error=\"Nothing is served at this path");
            assertThat(line("r-2"))
                    .contains("state=client/handling ", " status=404 ", " agent=zz ");
            assertThat(line("r-3")).contains("state=done method=OPTIONS status=204 ");
        }
    }

    @Test
    void aReloadTurnsItOffAndOn() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon("", guest)) {
            daemon.send("GET", "/livez", "", "x-request-id", "r-1");
            line("r-1");
            daemon.write("{" + TestDaemon.agents(guest) + "}");
            assertThat(daemon.daemon().reload()).isEmpty();
            daemon.send("GET", "/livez", "", "x-request-id", "r-2");
            daemon.write("{" + accessLog() + TestDaemon.agents(guest) + "}");
            assertThat(daemon.daemon().reload()).isEmpty();
            daemon.send("GET", "/livez", "", "x-request-id", "r-3");

            line("r-3");
            assertThat(lines()).noneMatch(it -> it.contains("request=r-2"));
        }
    }

    @Test
    void aClientThatReadsAlongIsStreamedTo() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("credit", "cancel", "resume");
                TestDaemon daemon = daemon("", guest);
                EventReader _ = daemon.stream()) {
            ScriptedGuest.Request turn = guest.take();
            String path = "/api/v1/turns/" + turn.id() + "/stream?watch=1";
            daemon.stream("GET", path, "", "x-request-id", "r-1").close();

            assertThat(line("r-1")).contains("state=client/streaming ", " status=200 ");
        }
    }
}
