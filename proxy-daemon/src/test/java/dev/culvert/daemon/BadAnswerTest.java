package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.EventReader.Event;
import dev.culvert.daemon.ScriptedGuest.Request;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent whose answers are not what the protocol asks for. */
class BadAnswerTest {
    private static final String PATH = "/api/v1/agents/a/message";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":null,\"done\":true}",
                "{\"content\":\"a\",\"content\":\"b\",\"done\":true}",
                "{\"content\":\"a\",\"done\":\"yes\"}",
                "{\"done\":true}",
                "[1]",
            })
    void aChunkThatBreaksItsSchemaIsNoPartOfAnAnswer(String payload) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(guest)) {
            CompletableFuture<HttpResponse<String>> answer = daemon.begin("POST", PATH, MESSAGE);
            Request message = guest.take();
            message.chunk("fine, ");
            message.reply("chunk", payload);

            assertThat(answer.get().statusCode()).isEqualTo(502);
            assertThat(answer.get().body())
                    .contains("\"code\":\"bad_answer\"", "the agent sent a chunk ", "protocol");
            assertThat(guest.take().type()).isEqualTo("cancel");
            assertThat(
                            daemon.metric(
                                    "culvert_exchanges_ended_total{outcome=\"bad_answer\",request=\"message\"}"))
                    .isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":null,\"done\":true}",
                "{\"content\":\"a\",\"done\":\"yes\"}",
                "{\"content\":\"a\"}",
                "[1]",
            })
    void aChunkThatBreaksItsSchemaIsNoEventOfAStream(String payload) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.announcing("cancel");
                TestDaemon daemon = TestDaemon.with(guest);
                EventReader events = daemon.stream()) {
            Request message = guest.take();
            message.chunk("fine");
            message.reply("chunk", payload);

            List<Event> all = events.rest();
            assertThat(all).extracting(Event::type).containsExactly("chunk", "error");
            assertThat(all.getLast().data())
                    .contains("\"code\":\"bad_answer\"", "the agent sent a chunk ");
            assertThat(guest.take().type()).isEqualTo("cancel");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunk", "error", "tool_blocked", "config_ack", "pong"})
    void anAnswerWithoutAPayloadFailsOneMessageAndNotItsNeighbour(String type) throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            CompletableFuture<HttpResponse<String>> neighbour = daemon.begin("POST", PATH, MESSAGE);
            Request first = guest.take();
            CompletableFuture<HttpResponse<String>> answer = daemon.begin("POST", PATH, MESSAGE);
            Request second = guest.take();
            int links = guest.links().size();

            first.link().send("heartbeat", "", "{\"status\":\"running\",\"more\":true}");
            second.bare(type);
            first.done("alive");

            assertThat(answer.get().statusCode())
                    .isEqualTo(type.equals("tool_blocked") ? 403 : 502);
            assertThat(neighbour.get().statusCode()).isEqualTo(200);
            assertThat(guest.links()).hasSize(links);
        }
    }

    @Test
    void aPongNeedsNoPayload() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on("ping", request -> request.bare("pong"));

            assertThat(daemon.post("/api/v1/agents/a/ping", "").statusCode()).isEqualTo(200);
        }
    }
}
