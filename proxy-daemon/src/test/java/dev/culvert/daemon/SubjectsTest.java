package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.testing.Eventually;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients, the daemon, our own guest, and programs in its VM. */
@Timeout(60)
class SubjectsTest {
    @TempDir Path folder;

    private Path socket() {
        return folder.resolve("agent.sock");
    }

    private Guest guest(String more) throws Exception {
        String text =
                """
                {"listen": "tcp://127.0.0.1:0", "runtime": "echo", "drain": "0s", %s "local_socket": "%s"}
                """
                        .formatted(more, socket());
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    private static TestDaemon daemon(Guest guest, String more) throws Exception {
        TestDaemon daemon =
                TestDaemon.start(
                        "{%s\"agents\": [{\"id\": \"a\", \"tenant\": \"acme\", \"address\": \"%s\"}]}"
                                .formatted(more, guest.address()));
        daemon.awaitState("a", "ready");
        return daemon;
    }

    private static EventReader follow(TestDaemon daemon, String match) throws Exception {
        return daemon.stream("GET", "/api/v1/subjects?tenant=acme&match=" + match, "");
    }

    private static HttpResponse<String> request(TestDaemon daemon, String subject, String data)
            throws Exception {
        return daemon.post("/api/v1/agents/a/request/" + subject, "{\"data\":" + data + "}");
    }

    @Test
    void testEchoIsAnsweredByTheAgentAndByTheDaemon() throws Exception {
        try (Guest guest = guest("");
                TestDaemon daemon = daemon(guest, "");
                LocalProgram program = new LocalProgram(socket()).awaitHost()) {
            HttpResponse<String> ofAgent = request(daemon, "test.echo", "{\"n\": [1.10, \"ü\"]}");
            assertThat(ofAgent.statusCode()).as(ofAgent.body()).isEqualTo(200);
            assertThat(ofAgent.body())
                    .matches(
                            "\\{\"subject\":\"inbox\\.[A-Za-z0-9_-]{22}\",\"data\":\\{\"n\": \\[1.10,"
                                    + " \"ü\"]},\"timestamp\":\"20.*Z\"}");

            assertThat(
                            program.ask(
                                    "{\"type\":\"request\",\"id\":\"7\",\"subject\":\"test.echo\",\"data\":{\"n\":1.10}}"))
                    .isEqualTo("{\"type\":\"reply\",\"id\":\"7\",\"data\":{\"n\":1.10}}");
        }
    }

    @Test
    void whatAProgramPublishesReachesWhoeverFollowsTheSubject() throws Exception {
        try (Guest guest = guest("");
                TestDaemon daemon = daemon(guest, "");
                LocalProgram program = new LocalProgram(socket()).awaitHost();
                EventReader builds = follow(daemon, "build.*");
                EventReader all = follow(daemon, "%3E");
                EventReader others = follow(daemon, "deploy.%3E")) {
            assertThat(
                            program.ask(
                                    "{\"type\":\"publish\",\"subject\":\"build.done\",\"data\":{\"ok\":true}}"))
                    .isEqualTo(
                            "{\"type\":\"reply\",\"id\":\"\",\"data\":{\"receivers\":2,\"missed\":0}}");
            assertThat(
                            daemon.post(
                                            "/api/v1/subjects/deploy.a.b?tenant=acme",
                                            "{\"data\":null,\"reply\":\"x.y\"}")
                                    .body())
                    .isEqualTo("{\"receivers\":2,\"missed\":0}");

            Event first = builds.next();
            assertThat(first.type()).isEqualTo("message");
            assertThat(first.data())
                    .matches(
                            "\\{\"subject\":\"build.done\",\"agent\":\"a\",\"data\":\\{\"ok\":true},"
                                    + "\"timestamp\":\"20[0-9T:.-]+Z\"}");
            assertThat(all.next().data()).contains("\"build.done\"");
            assertThat(all.next().data()).contains("\"deploy.a.b\"");
            assertThat(others.next().data())
                    .startsWith("{\"subject\":\"deploy.a.b\",\"reply\":\"x.y\",\"data\":null,");
            assertThat(daemon.metric("culvert_subjects_messages_total{source=\"agent\"}")).isOne();
            assertThat(daemon.metric("culvert_subjects_subscribers")).isEqualTo(3);
            assertThat(daemon.get("/metrics").body())
                    .contains("culvert_frames_total{direction=\"received\",type=\"publish\"} 1");
        }
    }

    @Test
    void aProgramAnswersWhatAClientAsksOfTheAgent() throws Exception {
        try (Guest guest = guest("");
                TestDaemon daemon = daemon(guest, "");
                LocalProgram program = new LocalProgram(socket())) {
            HttpResponse<String> nobody = request(daemon, "disk.free", "1");
            assertThat(nobody.statusCode()).isEqualTo(404);
            assertThat(nobody.body())
                    .contains("no program in the VM answers the subject 'disk.free' now")
                    .contains("\"code\":\"no_responder\"");

            assertThat(program.ask("{\"type\":\"answer\",\"id\":\"1\",\"match\":\"disk.*\"}"))
                    .isEqualTo("{\"type\":\"reply\",\"id\":\"1\",\"data\":{}}");
            CompletableFuture<HttpResponse<String>> answer =
                    daemon.begin("POST", "/api/v1/agents/a/request/disk.free", "{\"data\":\"/\"}");
            String asked = program.hear();
            assertThat(asked)
                    .matches(
                            "\\{\"type\":\"request\",\"id\":\"(s-\\d+)\",\"subject\":\"disk.free\","
                                    + "\"reply\":\"inbox\\..{22}\",\"data\":\"/\",\"timestamp\":\".*Z\"}");
            String id = asked.replaceAll(".*\"id\":\"(.*?)\".*", "$1");
            program.say("{\"type\":\"reply\",\"id\":\"" + id + "\",\"data\":\n");
            assertThat(program.hear()).contains("\"code\":\"invalid_message\"");
            program.say("{\"type\":\"reply\",\"id\":\"" + id + "\",\"data\": 4096 }");
            assertThat(answer.get().body()).contains(",\"data\":4096,");
            assertThat(program.ask("{\"type\":\"reply\",\"id\":\"" + id + "\",\"data\":1}"))
                    .contains("no request with this id waits");

            CompletableFuture<HttpResponse<String>> failed =
                    daemon.begin("POST", "/api/v1/agents/a/request/disk.x", "{\"data\":0}");
            id = program.hear().replaceAll(".*\"id\":\"(.*?)\".*", "$1");
            program.say("{\"type\":\"error\",\"id\":\"" + id + "\",\"message\":\"no disk x\"}");
            assertThat(failed.get().statusCode()).isEqualTo(502);
            assertThat(failed.get().body()).contains("no disk x").contains("responder_error");
        }
    }

    @Test
    void aProgramThatLeavesFailsWhatItWasAsked() throws Exception {
        try (Guest guest = guest("");
                TestDaemon daemon = daemon(guest, "")) {
            CompletableFuture<HttpResponse<String>> answer;
            try (LocalProgram program = new LocalProgram(socket())) {
                program.ask("{\"type\":\"answer\",\"match\":\"a\"}");
                answer = daemon.begin("POST", "/api/v1/agents/a/request/a", "{\"data\":0}");
                program.hear();
            }
            assertThat(answer.get().statusCode()).isEqualTo(502);
            assertThat(answer.get().body()).contains("the program that answers has gone");
            Eventually.await(() -> {
                try {
                    assertThat(request(daemon, "a", "0").statusCode()).isEqualTo(404);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @Test
    void aProgramThatTakesTooLongIsGivenUp() throws Exception {
        try (Guest guest = guest("\"subject_timeout\": \"50ms\",");
                TestDaemon daemon = daemon(guest, "");
                LocalProgram program = new LocalProgram(socket())) {
            program.ask("{\"type\":\"answer\",\"match\":\"a\"}");

            HttpResponse<String> answer = request(daemon, "a", "0");

            assertThat(answer.statusCode()).isEqualTo(504);
            assertThat(answer.body())
                    .contains("within 0.05 s (--subject-timeout)", "responder_timeout");
        }
    }

    @Test
    void aClientRepliesToWhatAProgramAsks() throws Exception {
        try (Guest guest = guest("");
                TestDaemon daemon = daemon(guest, "");
                LocalProgram program = new LocalProgram(socket()).awaitHost()) {
            String ask = "{\"type\":\"request\",\"id\":\"q\",\"subject\":\"may.i\",\"data\":1}";
            assertThat(program.ask(ask))
                    .contains("\"id\":\"q\",\"code\":\"no_responder\"")
                    .contains("no client of this tenant follows the subject 'may.i' now");
            try (EventReader events = follow(daemon, "may.*")) {
                program.say(ask);
                String message = events.next().data();
                String inbox = message.replaceAll(".*\"reply\":\"(.*?)\".*", "$1");
                assertThat(inbox).matches("inbox\\.[A-Za-z0-9_-]{22}");
                assertThat(daemon.metric("culvert_subjects_waiting")).isOne();
                assertThat(
                                daemon.post(
                                                "/api/v1/subjects/" + inbox + "?tenant=other",
                                                "{\"data\":\"no\"}")
                                        .statusCode())
                        .isEqualTo(404);

                assertThat(
                                daemon.post(
                                                "/api/v1/subjects/" + inbox + "?tenant=acme",
                                                "{\"data\":\"yes\"}")
                                        .body())
                        .isEqualTo("{\"receivers\":1,\"missed\":0}");

                assertThat(program.hear())
                        .isEqualTo("{\"type\":\"reply\",\"id\":\"q\",\"data\":\"yes\"}");
                HttpResponse<String> late =
                        daemon.post(
                                "/api/v1/subjects/" + inbox + "?tenant=acme", "{\"data\":\"no\"}");
                assertThat(late.statusCode()).isEqualTo(404);
                assertThat(late.body()).contains("Nobody waits for a reply on this subject");
                daemon.awaitMetric("culvert_subjects_waiting", 0);
                daemon.awaitMetric("culvert_subjects_requests_total{outcome=\"no_responder\"}", 1);
            }
        }
    }

    @Test
    void aReplyThatDoesNotComeIsGivenUp() throws Exception {
        try (Guest guest = guest("");
                TestDaemon daemon = daemon(guest, "\"subjects\": {\"timeout\": \"50ms\"},");
                LocalProgram program = new LocalProgram(socket()).awaitHost();
                EventReader events = follow(daemon, "a")) {
            assertThat(program.ask("{\"type\":\"request\",\"subject\":\"a\",\"data\":1}"))
                    .contains("\"code\":\"responder_timeout\"", "(subjects.timeout)");
            assertThat(events.next().data()).contains("\"reply\":\"inbox.");
            daemon.awaitMetric("culvert_subjects_waiting", 0);
        }
    }
}
