package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Tells a collector (OTLP over HTTP, in JSON) how long messages and calls of tools took, where the
 * user has named one: never what was said. For one thread.
 */
final class Telemetry {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int INTERNAL = 1;
    private static final int CLIENT = 3;
    private static final int FAILED = 2;

    private final Screen screen;
    private Optional<Api> collector;
    private final List<Value> spans = new ArrayList<>();
    private String trace = "";
    private String root = "";
    private Instant began = Instant.EPOCH;

    /**
     * @param collector empty to tell nobody
     */
    Telemetry(Optional<Api> collector, Screen screen) {
        this.collector = collector;
        this.screen = screen;
    }

    /** A message is sent. */
    void begin() {
        trace = random(16);
        root = random(8);
        began = Instant.now();
    }

    /** A call of a tool is over. */
    void tool(ToolCall call, boolean ok, Instant since) {
        if (collector.isPresent()) {
            String name = Quoted.word(call.tool());
            spans.add(
                    span(
                            random(8),
                            root,
                            "execute_tool " + name,
                            INTERNAL,
                            since,
                            ok,
                            List.of(
                                    attribute("gen_ai.operation.name", "execute_tool"),
                                    attribute("gen_ai.tool.name", name))));
        }
    }

    /** The message is answered: all of it is sent. A collector that fails is not asked again. */
    void end(String agent, boolean ok) {
        if (collector.isEmpty()) {
            return;
        }
        spans.add(
                span(
                        root,
                        "",
                        "invoke_agent " + agent,
                        CLIENT,
                        began,
                        ok,
                        List.of(
                                attribute("gen_ai.operation.name", "invoke_agent"),
                                attribute("gen_ai.agent.name", agent))));
        try {
            collector.get().ask(Request.post("/v1/traces", payload()));
        } catch (IOException e) {
            collector = Optional.empty();
            screen.note(
                    "no more telemetry is sent in this session (telemetryUrl): " + e.getMessage());
        }
        spans.clear();
    }

    private Value payload() {
        Value resource =
                Value.members(
                        "attributes", Value.of(List.of(attribute("service.name", "culvert-chat"))));
        Value scope =
                Value.members(
                        "scope",
                        Value.members("name", "dev.culvert.chat"),
                        "spans",
                        Value.of(spans));
        return Value.members(
                "resourceSpans",
                Value.of(
                        List.of(
                                Value.members(
                                        "resource",
                                        resource,
                                        "scopeSpans",
                                        Value.of(List.of(scope))))));
    }

    private Value span(
            String id,
            String parent,
            String name,
            int kind,
            Instant since,
            boolean ok,
            List<Value> attributes) {
        return Value.members(
                "traceId",
                trace,
                "spanId",
                id,
                "parentSpanId",
                parent,
                "name",
                name,
                "kind",
                kind,
                "startTimeUnixNano",
                nanos(since),
                "endTimeUnixNano",
                nanos(Instant.now()),
                "attributes",
                Value.of(attributes),
                "status",
                ok ? Value.members() : Value.members("code", FAILED));
    }

    /** As a text, as OTLP has it in JSON. */
    private static String nanos(Instant time) {
        return "%d%09d".formatted(time.getEpochSecond(), time.getNano());
    }

    private static Value attribute(String key, String value) {
        return Value.members("key", key, "value", Value.members("stringValue", value));
    }

    private static String random(int bytes) {
        byte[] id = new byte[bytes];
        RANDOM.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
