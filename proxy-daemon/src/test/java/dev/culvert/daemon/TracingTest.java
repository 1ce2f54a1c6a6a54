package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.traces.OtlpReader.Span;
import dev.culvert.daemon.traces.TestCollector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The spans of requests, as a collector gets them. */
@Timeout(60)
class TracingTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";
    private static final String STREAM = "/api/v1/agents/a/stream";

    private static String settings(TestCollector collector) {
        return "\"traces\": {\"endpoint\": \"%s\", \"sample\": \"0%%\"}, "
                .formatted(collector.endpoint());
    }

    private static void ask(TestDaemon daemon, String path) throws Exception {
        daemon.send(
                "POST",
                path,
                MESSAGE,
                "traceparent",
                "00-" + TRACE + "-" + PARENT + "-01",
                "x-request-id",
                "r-1");
    }

    private static Span named(List<Span> spans, String name) {
        return spans.stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void aTurnHasASpanOfTheRequestOneOfTheDialAndOneOfTheAgentsWork() throws Exception {
        AtomicReference<String> asked = new AtomicReference<>("");
        try (TestCollector collector = new TestCollector();
                ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(settings(collector), guest)) {
            guest.on(
                    "message",
                    it -> {
                        asked.set(it.json());
                        it.chunk("one");
                        it.reply(
                                "chunk",
                                "{\"content\":\"\",\"done\":true,\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}");
                    });
            ask(daemon, STREAM);

            List<Span> spans = collector.await(3);
            keep(collector, "turn");
            Span request = named(spans, "POST /api/v1/agents/{id}/stream");
            Span dial = named(spans, "dial");
            Span turn = named(spans, "invoke_agent a");
            assertThat(spans).hasSize(3).allMatch(it -> it.traceId().equals(TRACE));
            assertThat(request.parentSpanId()).isEqualTo(PARENT);
            assertThat(request.kind()).isEqualTo(2);
            assertThat(request.attributes())
                    .containsEntry("http.request.method", "s:POST")
                    .containsEntry("http.route", "s:/api/v1/agents/{id}/stream")
                    .containsEntry("http.response.status_code", "i:200")
                    .containsEntry("network.protocol.version", "s:1.1")
                    .containsEntry("culvert.request.id", "s:r-1")
                    .containsEntry("culvert.state", "s:done")
                    .doesNotContainKey("error.type");
            assertThat(dial.parentSpanId()).isEqualTo(request.spanId());
            assertThat(turn.parentSpanId()).isEqualTo(request.spanId());
            assertThat(turn.kind()).isEqualTo(3);
            assertThat(turn.attributes())
                    .containsEntry("gen_ai.operation.name", "s:invoke_agent")
                    .containsEntry("gen_ai.agent.name", "s:a")
                    .containsEntry("gen_ai.usage.input_tokens", "i:7")
                    .containsEntry("gen_ai.usage.output_tokens", "i:3")
                    .containsKey("gen_ai.response.time_to_first_chunk");
            assertThat(turn.attributes().get("culvert.turn")).endsWith("…");
            assertThat(request.start()).isLessThanOrEqualTo(dial.start());
            assertThat(dial.end()).isEqualTo(turn.start());
            assertThat(turn.end()).isEqualTo(request.end());
            assertThat(asked.get())
                    .as("the agent's own spans come under that of its work")
                    .contains("\"traceparent\":\"00-" + TRACE + "-" + turn.spanId() + "-01\"");
            daemon.awaitMetric("culvert_traces_sent_total", 1);
        }
    }

    @Test
    void aFailureIsAnErrorOfItsSpans() throws Exception {
        try (TestCollector collector = new TestCollector();
                ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(settings(collector), guest)) {
            guest.on("message", it -> it.error("runtime_error", "it \\\"broke\\\""));
            ask(daemon, STREAM);

            List<Span> spans = collector.await(3);
            keep(collector, "failure");
            for (String name : List.of("POST /api/v1/agents/{id}/stream", "invoke_agent a")) {
                assertThat(named(spans, name).attributes())
                        .containsEntry("error.type", "s:runtime_error");
                assertThat(named(spans, name).statusCode()).isEqualTo(2);
                assertThat(named(spans, name).statusMessage()).contains("it \"broke\"");
            }
            assertThat(named(spans, "dial").statusCode()).isZero();
        }
    }

    @Test
    void anAgentThatIsAwayFailsTheDial() throws Exception {
        ScriptedGuest gone = ScriptedGuest.start();
        gone.close();
        try (TestCollector collector = new TestCollector();
                TestDaemon daemon =
                        TestDaemon.start(
                                "{" + settings(collector) + TestDaemon.agents(gone) + "}")) {
            ask(daemon, STREAM);

            List<Span> spans = collector.await(2);
            assertThat(spans).hasSize(2);
            assertThat(named(spans, "dial").statusCode()).isEqualTo(2);
            assertThat(named(spans, "dial").attributes())
                    .containsEntry("error.type", "s:unreachable");
        }
    }

    @Test
    void aMistakeOfTheClientIsNoErrorOfTheDaemon() throws Exception {
        try (TestCollector collector = new TestCollector();
                ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(settings(collector), guest)) {
            ask(daemon, "/api/v1/agents/zz/message");

            Span span = collector.await(1).getFirst();
            assertThat(span.statusCode()).isZero();
            assertThat(span.attributes())
                    .containsEntry("http.response.status_code", "i:404")
                    .containsEntry("error.type", "s:404");
        }
    }

    @Test
    void whatIsNotTracedPassesOnTheClientsTraceAsItIs() throws Exception {
        AtomicReference<String> asked = new AtomicReference<>("");
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            guest.on(
                    "message",
                    it -> {
                        asked.set(it.json());
                        it.done("one");
                    });
            ask(daemon, STREAM);

            assertThat(asked.get())
                    .contains("\"traceparent\":\"00-" + TRACE + "-" + PARENT + "-01\"");
        }
    }

    /** For src/test/otlp/run.sh, which decodes it with OpenTelemetry's own package. */
    private static void keep(TestCollector collector, String name) throws Exception {
        Path directory = Files.createDirectories(Path.of("target", "otlp"));
        Files.write(directory.resolve(name + ".json"), collector.bodies().getFirst());
    }
}
