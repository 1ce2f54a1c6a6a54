package dev.culvert.daemon;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code POST} and {@code DELETE /agents/{id}/quiesce}, with agents that answer as a test wants.
 */
@Timeout(60)
class QuiesceTest {
    private static final String QUIESCE = "/api/v1/agents/a/quiesce";
    private static final String QUIESCED =
            "{\"status\":\"quiesced\",\"uptime_secs\":2,\"protocol\":\"1.1\",\"instance\":\"i1\","
                    + "\"features\":[\"credit\",\"cancel\",\"resume\",\"quiesce\"],\"in_flight\":2}";
    private static final String RUNNING = QUIESCED.replace("\"quiesced\"", "\"running\"");
    private static final String AT_ONCE = "\"home\": {\"change_interval\": \"0s\"},";

    private static ScriptedGuest guest() throws Exception {
        return ScriptedGuest.announcing("credit", "cancel", "resume", "quiesce")
                .on("quiesce", QuiesceTest::confirm);
    }

    private static void confirm(Request quiesce) throws IOException {
        boolean on = quiesce.payload().contains("true");
        quiesce.link().send("heartbeat", "", on ? QUIESCED : RUNNING);
        quiesce.reply("quiesced", "{\"on\":%b,\"turns\":2}".formatted(on));
    }

    @Test
    void anAgentThatHasParkedItsTurnsIsReadyToPause() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(AT_ONCE, guest);
                EventReader events = daemon.stream("GET", "/api/v1/events", "")) {
            assertThat(events.next().data()).contains("\"state\":\"ready\"");

            HttpResponse<String> quiesced = daemon.post(QUIESCE, "");

            assertThat(quiesced.statusCode()).isEqualTo(200);
            assertThat(quiesced.body())
                    .contains("\"presence\":\"online\",\"state\":\"quiesced\"")
                    .contains("\"quiesced_since\":\"", "\"quiesced_until\":\"")
                    .contains("\"turns_parked\":2");
            assertThat(guest.seen("quiesce"))
                    .containsExactly("{\"on\":true,\"limit_secs\":600,\"wait_secs\":5}");
            await(events, "\"state\":\"quiesced\"");
            daemon.awaitMetric("culvert_agents{state=\"quiesced\"}", 1);
            assertThat(daemon.get("/agents?state=quiesced").body()).contains("\"id\":\"a\"");

            HttpResponse<String> goesOn = daemon.send("DELETE", QUIESCE, "");

            assertThat(goesOn.statusCode()).isEqualTo(200);
            assertThat(goesOn.body())
                    .contains("\"state\":\"ready\"")
                    .doesNotContain("quiesced_since");
            await(events, "\"state\":\"ready\"");
        }
    }

    private static void await(EventReader events, String text) throws Exception {
        Event event = events.next();
        while (!event.data().contains(text)) {
            event = events.next();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/agents/a/message, '{\"role\":\"user\",\"content\":\"hi\"}'",
        "/agents/a/stream, '{\"role\":\"user\",\"content\":\"hi\"}'",
        "/v1/chat/completions,"
                + " '{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}'",
        "/v1/responses, '{\"model\":\"a\",\"input\":\"hi\"}'",
        "/v1/messages,"
                + " '{\"model\":\"a\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}'"
    })
    void newWorkIsRefusedWithATimeToComeAgain(String path, String body) throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            daemon.post(QUIESCE, "");

            HttpResponse<String> refused = daemon.post(path, body);

            assertThat(refused.statusCode()).as(refused.body()).isIn(503, 529);
            assertThat(refused.headers().firstValue("retry-after")).hasValue("5");
            assertThat(refused.body()).contains("is quiesced for a snapshot");
            assertThat(guest.seen("message")).isEmpty();
        }
    }

    @Test
    void aMessageThatTheAgentRefusesBecauseItIsQuiescedMayBeSentAgain() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on(
                    "message",
                    request ->
                            request.reply(
                                    "error",
                                    "{\"code\":\"quiesced\",\"message\":\"not now\",\"retry_after\":5}"));

            HttpResponse<String> refused = daemon.post("/agents/a/message", TestDaemon.MESSAGE);

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).hasValue("5");
            assertThat(refused.body()).contains("\"code\":\"quiesced\"");
        }
    }

    @Test
    void anAgentWithoutTheFeatureCannotBeQuiesced() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            HttpResponse<String> refused = daemon.post(QUIESCE, "");

            assertThat(refused.statusCode()).isEqualTo(501);
            assertThat(refused.body()).contains("\"code\":\"no_quiesce\"", "update the agent");
            assertThat(guest.seen("quiesce")).isEmpty();
            assertThat(daemon.get("/agents/a").body()).contains("\"state\":\"ready\"");
        }
    }

    @Test
    void aStatusOfAnAgentWithoutTheFeatureIsOnlyForPeople() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.tellAll("heartbeat", "{\"status\":\"quiesced\",\"uptime_secs\":2}");

            daemon.awaitAgent("a", "\"status\":\"quiesced\"");
            assertThat(daemon.get("/agents/a").body()).contains("\"state\":\"ready\"");
        }
    }

    @Test
    void anAgentThatIsAwayCannotBeQuiesced() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.down();
            daemon.awaitState("a", "unreachable");

            assertThat(daemon.post(QUIESCE, "").statusCode()).isEqualTo(502);
            assertThat(daemon.send("DELETE", QUIESCE, "").statusCode()).isEqualTo(502);
        }
    }

    @Test
    void anAgentThatShutsDownIsNotQuiesced() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on("quiesce", request -> request.error("draining", "the agent is shutting down"));

            HttpResponse<String> refused = daemon.post(QUIESCE, "");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(daemon.get("/agents/a").body())
                    .contains("\"state\":\"ready\"")
                    .doesNotContain("quiesced_since");
        }
    }

    @Test
    void anAgentThatDoesNotAnswerIsNotQuiesced() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon =
                        TestDaemon.with(
                                "\"timeouts\": {\"ping\": \"200ms\"}, \"home\": {\"quiesce_wait\": 0},",
                                guest)) {
            guest.on("quiesce", _ -> {});

            assertThat(daemon.post(QUIESCE, "").statusCode()).isEqualTo(504);
            assertThat(daemon.get("/agents/a").body()).contains("\"state\":\"ready\"");
        }
    }

    @Test
    void twoAtOnceAreOneAndOneEndEndsBoth() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.hold("quiesce");
            CompletableFuture<HttpResponse<String>> first = later(daemon);
            CompletableFuture<HttpResponse<String>> second = later(daemon);
            confirm(guest.take());
            confirm(guest.take());

            assertThat(first.join().statusCode()).isEqualTo(200);
            assertThat(second.join().statusCode()).isEqualTo(200);
            assertThat(daemon.get("/agents/a").body()).contains("\"state\":\"quiesced\"");
            guest.on("quiesce", QuiesceTest::confirm);
            assertThat(daemon.send("DELETE", QUIESCE, "").statusCode()).isEqualTo(200);
            daemon.awaitState("a", "ready");
        }
    }

    private static CompletableFuture<HttpResponse<String>> later(TestDaemon daemon) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return daemon.post(QUIESCE, "");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void anAgentThatAnOperatorDrainsCanBeQuiescedAndIsDrainedAfterwards() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            daemon.post("/api/v1/agents/a/drain", "");
            assertThat(daemon.post(QUIESCE, "").body()).contains("\"state\":\"quiesced\"");

            assertThat(daemon.send("DELETE", QUIESCE, "").body())
                    .contains("\"state\":\"draining\"");
        }
    }

    @Test
    void anAgentThatIsBackOnANewLinkGoesOn(@TempDir Path folder) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.on(folder.resolve("agent.sock"))) {
            guest.begins(RUNNING);
            guest.on("quiesce", QuiesceTest::confirm);
            backOnANewLink(guest);
        }
    }

    private static void backOnANewLink(ScriptedGuest guest) throws Exception {
        try (TestDaemon daemon = TestDaemon.with(guest)) {
            daemon.post(QUIESCE, "");
            guest.down();
            daemon.awaitState("a", "unreachable");
            assertThat(daemon.post("/agents/a/message", TestDaemon.MESSAGE).statusCode())
                    .isEqualTo(503);

            guest.begins(QUIESCED);
            guest.up();

            daemon.awaitState("a", "ready");
            assertThat(guest.seen("quiesce")).last().isEqualTo("{\"on\":false}");
        }
    }

    @Test
    void aDaemonThatDidNotAskLeavesItQuiescedAndTellsOfIt() throws Exception {
        try (ScriptedGuest guest = guest()) {
            guest.begins(QUIESCED);
            try (TestDaemon daemon = TestDaemon.start("{" + TestDaemon.agents(guest) + "}")) {
                daemon.awaitState("a", "quiesced");
                assertThat(daemon.get("/agents/a").body()).contains("\"turns_parked\":2");
                assertThat(guest.seen("quiesce")).isEmpty();

                guest.tellAll("heartbeat", RUNNING);

                daemon.awaitState("a", "ready");
            }
        }
    }

    @Test
    void anotherLimitMayBeAskedFor() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            assertThat(daemon.post(QUIESCE + "?limit_secs=86400", "").statusCode()).isEqualTo(200);
            assertThat(guest.seen("quiesce"))
                    .containsExactly("{\"on\":true,\"limit_secs\":86400,\"wait_secs\":5}");
        }
    }

    @Test
    void callsThatStillRunAreTold() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on(
                    "quiesce",
                    request -> {
                        request.link().send("heartbeat", "", QUIESCED);
                        request.reply(
                                "quiesced",
                                "{\"on\":true,\"turns\":1,\"calls\":[{\"turn\":\"t.1\",\"call_id\":\"c1\",\"more\":[1],"
                                        + "\"tool_name\":\"run_command\"},{\"turn\":7}]}");
                    });

            HttpResponse<String> quiesced = daemon.post(QUIESCE + "?wait_secs=0", "");

            assertThat(guest.seen("quiesce"))
                    .containsExactly("{\"on\":true,\"limit_secs\":600,\"wait_secs\":0}");
            assertThat(quiesced.body())
                    .contains(
                            "\"running_calls\":[{\"turn\":\"t.1\",\"call_id\":\"c1\",\"tool_name\":\"run_command\"},"
                                    + "{\"turn\":\"\",\"call_id\":\"\",\"tool_name\":\"\"}]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "601", "soon", ""})
    void aWaitThatIsNoneIsAMistake(String wait) throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            HttpResponse<String> refused = daemon.post(QUIESCE + "?wait_secs=" + wait, "");

            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("whole seconds from 0 to 600");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "86401", "soon", "", "-1", "1.5"})
    void aLimitThatIsNoneIsAMistake(String limit) throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon = TestDaemon.with(guest)) {
            HttpResponse<String> refused = daemon.post(QUIESCE + "?limit_secs=" + limit, "");

            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("whole seconds from 1 to 86400");
        }
    }

    private static void awaitKeepAlives(EventReader stream, int wanted) throws IOException {
        int come = 0;
        while (come < wanted) {
            String line = requireNonNull(stream.line(), "the stream has ended");
            come += line.startsWith(":") ? 1 : 0;
        }
    }

    @Test
    void aTurnOfAQuiescedAgentIsNotTakenForHung() throws Exception {
        try (ScriptedGuest guest = guest();
                TestDaemon daemon =
                        TestDaemon.with(
                                "\"timeouts\": {\"message\": \"300ms\"},"
                                        + " \"sse\": {\"keepalive\": \"100ms\"},",
                                guest);
                EventReader turn = daemon.stream()) {
            Request message = guest.take();
            daemon.post(QUIESCE, "");
            guest.tellAll("heartbeat", QUIESCED);
            awaitKeepAlives(turn, 9); // three times as long as a silent agent gets

            message.done(1, "at last");

            assertThat(turn.next().data()).contains("at last");
            assertThat(guest.seen("cancel")).isEmpty();
        }
    }
}
