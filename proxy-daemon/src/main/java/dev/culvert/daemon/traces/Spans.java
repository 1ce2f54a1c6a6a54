package dev.culvert.daemon.traces;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.about.Version;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.daemon.http.RequestTimes;
import dev.culvert.daemon.http.TokenUsage;
import dev.culvert.daemon.http.TraceContext;
import dev.culvert.daemon.http.Trouble;
import dev.culvert.io.Quoted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Requests as spans in OTLP's JSON: one of the request, one of waiting for a link to the agent, and
 * one of what the agent did.
 */
final class Spans {
    private static final JsonFactory JSON = new JsonFactory();
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private final JsonGenerator json;

    private Spans(JsonGenerator json) {
        this.json = json;
    }

    /** An {@code ExportTraceServiceRequest}. */
    static byte[] json(List<RequestRecord> requests) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            new Spans(json).write(requests);
        }
        return out.toByteArray();
    }

    private void write(List<RequestRecord> requests) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("resourceSpans");
        json.writeStartObject();
        json.writeObjectFieldStart("resource");
        json.writeArrayFieldStart("attributes");
        Attributes attributes = new Attributes(json);
        attributes.text("service.name", "culvertd");
        attributes.text("service.version", Version.text());
        json.writeEndArray();
        json.writeEndObject();
        json.writeArrayFieldStart("scopeSpans");
        json.writeStartObject();
        json.writeObjectFieldStart("scope");
        json.writeStringField("name", "dev.culvert.daemon");
        json.writeStringField("version", Version.text());
        json.writeEndObject();
        json.writeArrayFieldStart("spans");
        for (RequestRecord request : requests) {
            if (request.trace() != null) {
                write(request, request.trace());
            }
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
    }

    private void write(RequestRecord request, TraceContext trace) throws IOException {
        RequestTimes times = request.times();
        long end = TimeUnit.MILLISECONDS.toNanos(request.endedMillis());
        long called = end - times.wholeNanos();
        long arrived = called - Math.max(0, times.headNanos()) - Math.max(0, times.bodyNanos());
        boolean endsInDial = request.state().endsWith("/dialling");
        ofRequest(request, trace, arrived, end);
        if (times.handlingNanos() < 0) {
            return; // no agent was asked
        }
        long asked = called + times.handlingNanos();
        long told = times.dialNanos() < 0 ? asked : asked + times.dialNanos();
        if (times.dialNanos() >= 0 || endsInDial) {
            ofDial(request, trace, asked, endsInDial ? end : told);
        }
        if (!endsInDial) {
            ofAgent(request, trace, told, end);
        }
    }

    private void ofRequest(RequestRecord request, TraceContext trace, long start, long end)
            throws IOException {
        String route = request.route();
        begin(
                trace,
                trace.requestId(),
                trace.parentId(),
                route == null ? request.method().name() : request.method().name() + " " + route,
                Kind.SERVER);
        times(start, end);
        Attributes attributes = beginAttributes();
        attributes.text("http.request.method", request.method().name());
        if (route != null) {
            attributes.text("http.route", route);
        }
        attributes.number("http.response.status_code", request.status());
        attributes.text("network.protocol.name", "http");
        attributes.text("network.protocol.version", version(request.protocol()));
        attributes.number("http.request.body.size", request.bytesIn());
        attributes.number("http.response.body.size", request.bytesOut());
        attributes.text("culvert.request.id", request.requestId());
        attributes.text("culvert.state", request.state());
        attributes.error(request.trouble());
        endSpan(request);
    }

    private static String version(String protocol) {
        return protocol.startsWith("HTTP/") ? protocol.substring("HTTP/".length()) : protocol;
    }

    private void ofDial(RequestRecord request, TraceContext trace, long start, long end)
            throws IOException {
        boolean failed = request.state().endsWith("/dialling");
        begin(trace, dialId(trace), trace.requestId(), "dial", Kind.INTERNAL);
        times(start, end);
        Attributes attributes = beginAttributes();
        agent(attributes, request);
        if (failed) {
            attributes.error(request.trouble());
        }
        json.writeEndArray();
        if (failed) {
            status(request.trouble());
        }
        json.writeEndObject();
    }

    /** The id of the third span: nobody outside refers to it, so it is made from the turn's. */
    private static String dialId(TraceContext trace) {
        long turn = Long.parseUnsignedLong(trace.turnId(), 16);
        return HexFormat.of().toHexDigits(turn == -1 ? 1 : ~turn);
    }

    private void ofAgent(RequestRecord request, TraceContext trace, long start, long end)
            throws IOException {
        boolean isTurn = request.turn() != null;
        String operation = isTurn ? "invoke_agent" : "ask_agent";
        begin(
                trace,
                trace.turnId(),
                trace.requestId(),
                request.agent() == null
                        ? operation
                        : operation + " " + Quoted.word(request.agent()),
                Kind.CLIENT);
        times(start, end);
        Attributes attributes = beginAttributes();
        agent(attributes, request);
        if (isTurn) {
            attributes.text("gen_ai.operation.name", operation);
            attributes.text("gen_ai.provider.name", "culvert");
            attributes.text("culvert.turn", String.valueOf(request.turn()));
            long first = firstNanos(request.times());
            if (first >= 0) {
                attributes.real("gen_ai.response.time_to_first_chunk", first / SECOND);
            }
            tokens(attributes, request.tokens());
        }
        attributes.error(request.trouble());
        endSpan(request);
    }

    /** From when the agent was asked. */
    private static long firstNanos(RequestTimes times) {
        return times.firstNanos() < 0
                ? -1
                : times.firstNanos() - times.handlingNanos() - Math.max(0, times.dialNanos());
    }

    private static void agent(Attributes attributes, RequestRecord request) throws IOException {
        if (request.agent() != null) {
            attributes.text("gen_ai.agent.id", Quoted.word(request.agent()));
            attributes.text("gen_ai.agent.name", Quoted.word(request.agent()));
        }
    }

    private static void tokens(Attributes attributes, @Nullable TokenUsage tokens)
            throws IOException {
        if (tokens != null) {
            attributes.number("gen_ai.usage.input_tokens", tokens.input());
            attributes.number("gen_ai.usage.output_tokens", tokens.output());
        }
    }

    private enum Kind {
        INTERNAL(1),
        SERVER(2),
        CLIENT(3);

        final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    private void begin(TraceContext trace, String id, String parentId, String name, Kind kind)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("traceId", trace.traceId());
        json.writeStringField("spanId", id);
        if (!parentId.isEmpty()) {
            json.writeStringField("parentSpanId", parentId);
        }
        json.writeStringField("name", name);
        json.writeNumberField("kind", kind.number);
    }

    /** 64-bit numbers are texts in JSON. */
    private void times(long start, long end) throws IOException {
        json.writeStringField("startTimeUnixNano", Long.toString(start));
        json.writeStringField("endTimeUnixNano", Long.toString(Math.max(start, end)));
    }

    private Attributes beginAttributes() throws IOException {
        json.writeArrayFieldStart("attributes");
        return new Attributes(json);
    }

    /** With an error, unless it ended well or by the client's own fault. */
    private void endSpan(RequestRecord request) throws IOException {
        json.writeEndArray();
        if (request.trouble() != null && request.concernsTheOperator()) {
            status(request.trouble());
        }
        json.writeEndObject();
    }

    private void status(@Nullable Trouble trouble) throws IOException {
        json.writeObjectFieldStart("status");
        if (trouble != null) {
            json.writeStringField("message", Quoted.sentence(trouble.sentence()));
        }
        json.writeNumberField("code", 2);
        json.writeEndObject();
    }

    /** Writes attributes, one after the other. */
    private record Attributes(JsonGenerator json) {
        void text(String key, String value) throws IOException {
            begin(key);
            json.writeStringField("stringValue", value);
            end();
        }

        void number(String key, long value) throws IOException {
            begin(key);
            json.writeStringField("intValue", Long.toString(value));
            end();
        }

        void real(String key, double value) throws IOException {
            begin(key);
            json.writeNumberField("doubleValue", value);
            end();
        }

        void error(@Nullable Trouble trouble) throws IOException {
            if (trouble != null) {
                text(
                        "error.type",
                        trouble.code().isEmpty()
                                ? Integer.toString(trouble.status())
                                : Quoted.word(trouble.code()));
            }
        }

        private void begin(String key) throws IOException {
            json.writeStartObject();
            json.writeStringField("key", key);
            json.writeObjectFieldStart("value");
        }

        private void end() throws IOException {
            json.writeEndObject();
            json.writeEndObject();
        }
    }
}
