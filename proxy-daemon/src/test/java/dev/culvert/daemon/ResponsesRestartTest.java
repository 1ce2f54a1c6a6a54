package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.ScriptedGuest.Request;
import dev.culvert.testing.Eventually;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Stored responses after a restart of the daemon, or after it was killed. */
@Timeout(60)
@LoopCounts
class ResponsesRestartTest {
    private static final String PATH = "/v1/responses";
    private static final String WHOLE = "{\"model\":\"a\",\"input\":\"hi\"}";
    private static final String STREAMED = "{\"model\":\"a\",\"input\":\"hi\",\"stream\":true}";
    private static final String BACKGROUND =
            "{\"model\":\"a\",\"input\":\"hi\",\"background\":true}";
    private static final String NEXT =
            "{\"model\":\"a\",\"previous_response_id\":\"%s\",\"input\":\"and?\"}";
    private static final Pattern ID = Pattern.compile("\"id\":\"(resp_[0-9a-f]{32})\"");

    @Parameter int eventLoops;
    @TempDir Path directory;

    private TestDaemon daemon(Path state, ScriptedGuest guest) throws Exception {
        return TestDaemon.with(
                "\"event_loops\": %d, \"state_dir\": \"%s\","
                        .formatted(eventLoops, directory.resolve(state)),
                guest);
    }

    private TestDaemon daemon(ScriptedGuest guest) throws Exception {
        return daemon(Path.of("state"), guest);
    }

    /** What a daemon would find that starts after this one was killed now. */
    private Path killed() throws IOException {
        Path from = directory.resolve("state");
        Path to = directory.resolve("copy");
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (!file.endsWith("lock") && !file.toString().endsWith(".new")) {
                    Files.copy(file, copy);
                }
            }
        }
        return to;
    }

    private static String ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String id(String body) {
        Matcher id = ID.matcher(body);
        assertThat(id.find()).as(body).isTrue();
        return id.group(1);
    }

    private static List<String> events(TestDaemon daemon, String path) throws Exception {
        try (MessageReader events =
                new MessageReader(daemon.stream("GET", path + "?stream=true", ""))) {
            return events.rest();
        }
    }

    @Test
    void isThereAfterARestartAndCanBeGoneOnFrom() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start()) {
            guest.on("message", message -> message.done("yes"));
            String first;
            String items;
            try (TestDaemon daemon = daemon(guest)) {
                first = ok(daemon.post(PATH, WHOLE));
                String second = ok(daemon.post(PATH, NEXT.formatted(id(first))));
                first = second;
                items = ok(daemon.get(PATH + "/" + id(second) + "/input_items"));
            }
            String path = PATH + "/" + id(first);
            try (TestDaemon daemon = daemon(guest)) {
                assertThat(ok(daemon.get(path))).isEqualTo(first);
                assertThat(ok(daemon.get(path + "/input_items"))).isEqualTo(items);
                daemon.awaitMetric("culvert_responses_kept", 2);
                ok(daemon.post(PATH, NEXT.formatted(id(first))));
                assertThat(guest.seen("message").getLast())
                        .contains(
                                "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
                                        + "{\"role\":\"assistant\",\"content\":\"yes\"},"
                                        + "{\"role\":\"user\",\"content\":\"and?\"},"
                                        + "{\"role\":\"assistant\",\"content\":\"yes\"},"
                                        + "{\"role\":\"user\",\"content\":\"and?\"}]");
                ok(daemon.send("DELETE", path, ""));
            }
            try (TestDaemon daemon = daemon(guest)) {
                assertThat(daemon.get(path).statusCode()).isEqualTo(404);
                daemon.awaitMetric("culvert_responses_kept", 2);
            }
        }
    }

    @Test
    void theEventsOfOneInTheBackgroundAreTheSameAfterARestart() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume")) {
            String path;
            List<String> events;
            try (TestDaemon daemon = daemon(guest)) {
                path = PATH + "/" + id(ok(daemon.post(PATH, BACKGROUND)));
                Request message = guest.take();
                message.chunk(1, "one");
                message.done(2, "two");
                daemon.awaitBody(path, "\"status\":\"completed\"");
                events = events(daemon, path);
            }
            try (TestDaemon daemon = daemon(guest)) {
                assertThat(events(daemon, path)).isEqualTo(events).hasSizeGreaterThan(5);
                assertThat(guest.seen("resume")).isEmpty();
            }
        }
    }

    private static void tells(Request resume) throws IOException {
        resume.chunk(1, "one");
        resume.done(2, "two");
    }

    private static void assertTold(TestDaemon daemon, String path) throws Exception {
        daemon.awaitBody(path, "\"status\":\"completed\"");
        assertThat(ok(daemon.get(path))).contains("\"text\":\"onetwo\"");
        List<String> events = events(daemon, path);
        assertThat(events.getFirst()).startsWith("response.created ");
        assertThat(events.getLast()).startsWith("response.completed ");
    }

    @Test
    void oneThatRunsInTheBackgroundGoesOnAfterARestart() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume")) {
            String path;
            try (TestDaemon daemon = daemon(guest)) {
                path = PATH + "/" + id(ok(daemon.post(PATH, BACKGROUND)));
                guest.take().chunk(1, "one");
                daemon.awaitBody(path, "\"status\":\"in_progress\"");
            }
            guest.on("resume", ResponsesRestartTest::tells);
            try (TestDaemon daemon = daemon(guest)) {
                assertTold(daemon, path);
            }
            assertThat(guest.seen("message")).hasSize(1);
        }
    }

    @Test
    void oneThatRunsInTheBackgroundGoesOnAfterTheDaemonWasKilled() throws Exception {
        String last =
                "{\"content\":\"two\",\"done\":true,\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon before = daemon(guest)) {
            String path = PATH + "/" + id(ok(before.post(PATH, BACKGROUND)));
            guest.take();
            Path state = killed();
            guest.hold("resume");
            try (TestDaemon daemon = daemon(state, guest)) {
                Request resume = guest.take();
                assertThat(resume.type()).isEqualTo("resume");
                assertThat(ok(daemon.get(path))).contains("\"status\":\"in_progress\"");
                resume.chunk(1, "one");
                resume.numbered(2, "chunk", last);
                assertTold(daemon, path);
                daemon.awaitMetric("culvert_tokens_total{direction=\"input\"}", 7);
            }
        }
    }

    @Test
    void oneThatTheAgentDoesNotKnowAnyLongerHasFailed() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon before = daemon(guest)) {
            String path = PATH + "/" + id(ok(before.post(PATH, BACKGROUND)));
            guest.take();
            Path state = killed();
            guest.on("resume", resume -> resume.error("unknown_turn", "never heard of it"));
            try (TestDaemon daemon = daemon(state, guest)) {
                daemon.awaitBody(path, "\"status\":\"failed\"");
                assertThat(ok(daemon.get(path))).contains("never heard of it");
            }
        }
    }

    @Test
    void oneThatIsCancelledAfterARestartIsStoppedAtItsAgent() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon before = daemon(guest)) {
            String path = PATH + "/" + id(ok(before.post(PATH, BACKGROUND)));
            guest.take();
            Path state = killed();
            try (TestDaemon daemon = daemon(state, guest)) {
                assertThat(guest.take().type()).isEqualTo("resume");
                assertThat(ok(daemon.send("POST", path + "/cancel", "")))
                        .contains("\"status\":\"cancelled\"");
                assertThat(guest.take().type()).isEqualTo("cancel");
            }
        }
    }

    @Test
    void oneWhoseClientReadItWhenTheDaemonWasKilledHasFailed() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon before = daemon(guest);
                RawEvents events = new RawEvents(before, PATH, STREAMED)) {
            String id = id(events.next());
            Request message = guest.take();
            awaitStored(id, "in_progress");
            Path state = killed();
            try (TestDaemon daemon = daemon(state, guest)) {
                assertThat(ok(daemon.get(PATH + "/" + id)))
                        .contains("\"status\":\"failed\"", "x-culvert-turn");
                assertThat(guest.seen("resume")).isEmpty();
            }
            message.done(1, "yes");
        }
    }

    private void awaitStored(String id, String what) {
        try (ResponseRows rows = rows()) {
            Eventually.await(() -> assertThat(rows.text("content", id)).contains(what));
        }
    }

    private ResponseRows rows() {
        return new ResponseRows(directory.resolve("state"));
    }

    private TestDaemon withTokens(Path state, ScriptedGuest guest) throws Exception {
        return TestDaemon.start(
                "{\"event_loops\": %d, \"state_dir\": \"%s\", %s}"
                        .formatted(eventLoops, directory.resolve(state), TestDaemon.agents(guest)));
    }

    private static String[] bearer(String token) {
        return new String[] {"authorization", "Bearer " + token};
    }

    /** Begins a response with a new token, and returns that and the response's id. */
    private static List<String> begunByToken(TestDaemon daemon) throws Exception {
        Pattern secret = Pattern.compile("\"token\":\"([^\"]+)\"");
        String made =
                daemon.post("/api/v1/tokens", "{\"name\":\"root\",\"roles\":[\"admin\"]}").body();
        Matcher root = secret.matcher(made);
        assertThat(root.find()).as(made).isTrue();
        String other = "{\"name\":\"one\",\"roles\":[\"operator\"]}";
        made = daemon.send("POST", "/api/v1/tokens", other, bearer(root.group(1))).body();
        Matcher one = secret.matcher(made);
        assertThat(one.find()).as(made).isTrue();
        String token = one.group(1);
        return List.of(token, id(ok(daemon.send("POST", PATH, BACKGROUND, bearer(token)))));
    }

    @Test
    void itsCallerHasToBeLetInStill() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon before = daemon(guest)) {
            List<String> begun = begunByToken(before);
            guest.take();
            Path state = killed();
            try (TestDaemon daemon = withTokens(state, guest)) {
                Request resume = guest.take();
                assertThat(resume.type()).isEqualTo("resume");
                tells(resume);
                Eventually.await(
                        () -> assertThat(get(daemon, begun)).contains("\"text\":\"onetwo\""));
            }
        }
    }

    private static String get(TestDaemon daemon, List<String> begun) {
        try {
            return daemon.send("GET", PATH + "/" + begun.getLast(), "", bearer(begun.getFirst()))
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oneWhoseCallerIsNotLetInAnyMoreHasFailed() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel", "resume");
                TestDaemon before = daemon(guest)) {
            List<String> begun = begunByToken(before);
            guest.take();
            Path state = killed();
            try (ResponseRows rows = new ResponseRows(state)) {
                rows.execute("DELETE FROM tokens");
                try (TestDaemon _ = daemon(state, guest)) {
                    Eventually.await(() ->
                            assertThat(rows.text("content", begun.getLast()))
                                    .contains("was not let in any more"));
                }
            }
            assertThat(guest.seen("resume")).isEmpty();
        }
    }

    @Test
    void aDamagedOneStopsNothing() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start()) {
            guest.on("message", message -> message.done("yes"));
            String id;
            try (TestDaemon daemon = daemon(guest)) {
                id = id(ok(daemon.post(PATH, WHOLE)));
            }
            try (ResponseRows rows = rows()) {
                rows.execute("UPDATE responses SET content = x'00'");
                try (TestDaemon daemon = daemon(guest)) {
                    assertThat(daemon.get(PATH + "/" + id).statusCode()).isEqualTo(404);
                    daemon.awaitMetric("culvert_state_dir_failures_total", 1);
                    ok(daemon.post(PATH, WHOLE));
                }
                assertThat(rows.text("damage", id)).contains("it does not begin with");
            }
        }
    }

    @Test
    void filesOfAnEarlierVersionAreTakenOver() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start()) {
            guest.on("message", message -> message.done("yes"));
            String response;
            try (TestDaemon daemon = daemon(guest)) {
                response = ok(daemon.post(PATH, WHOLE));
            }
            Path files = Files.createDirectory(directory.resolve("state/responses"));
            try (ResponseRows rows = rows()) {
                byte[] content = rows.content(id(response));
                Files.write(files.resolve(id(response) + ".response"), content);
                rows.execute("DELETE FROM responses");
            }
            try (TestDaemon daemon = daemon(guest)) {
                assertThat(ok(daemon.get(PATH + "/" + id(response)))).isEqualTo(response);
            }
            assertThat(files).doesNotExist();
        }
    }

    @Test
    void oneThatCannotBeRemovedIsNotSaidToBeDeleted() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                ResponseRows rows = rows()) {
            guest.on("message", message -> message.done("yes"));
            String id = id(ok(daemon.post(PATH, WHOLE)));
            awaitStored(id, "completed");
            rows.refuse("DELETE");

            HttpResponse<String> refused = daemon.send("DELETE", PATH + "/" + id, "");

            assertThat(refused.statusCode()).isEqualTo(500);
            assertThat(refused.body()).contains("cannot be removed from the database");
            rows.execute("DROP TRIGGER refuse_DELETE");
            ok(daemon.post(PATH, WHOLE)); // what was left is done after the next write
            Eventually.await(() -> assertThat(rows.text("content", id)).isEmpty());
        }
    }

    @Test
    void aDatabaseThatCannotBeWrittenHarmsOnlyWhatNeedsIt() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = daemon(guest);
                ResponseRows rows = rows()) {
            rows.refuse("INSERT");
            guest.on("message", message -> message.done("yes"));
            String path = PATH + "/" + id(ok(daemon.post(PATH, WHOLE)));
            assertThat(ok(daemon.get(path))).contains("\"text\":\"yes\"");
            daemon.awaitMetric("culvert_state_dir_failures_total", it -> it >= 1);
            HttpResponse<String> refused = daemon.post(PATH, BACKGROUND);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("it cannot be stored: ", "without 'background'");
            rows.execute("DROP TRIGGER refuse_INSERT");
            path = PATH + "/" + id(ok(daemon.post(PATH, BACKGROUND)));
            daemon.awaitBody(path, "\"status\":\"completed\"");
        }
    }
}
