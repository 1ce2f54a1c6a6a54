package dev.culvert.daemon.traces;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.config.TraceSettings;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.daemon.http.RequestTimes;
import dev.culvert.daemon.http.TraceContext;
import dev.culvert.settings.SecretSource;
import dev.culvert.settings.SecretText;
import dev.culvert.testing.Eventually;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TracesTest {
    private static final String SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String UNSAMPLED =
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    private static TraceSettings settings(String endpoint, int sample, int queue) {
        return new TraceSettings(
                Optional.of(URI.create(endpoint)),
                Map.of("authorization", new SecretSource.Plain(new SecretText("Bearer hush"))),
                sample,
                queue,
                Duration.ofSeconds(5));
    }

    private static RequestRecord request(TraceContext trace) {
        return new RequestRecord(
                1_764_425_166_526L,
                HttpMethod.GET,
                "/livez",
                "HTTP/1.1",
                "r-1",
                null,
                null,
                null,
                null,
                null,
                null,
                200,
                RequestRecord.DONE,
                null,
                new RequestTimes(0, 1_000_000, -1, -1, -1, 2_000_000),
                0,
                2,
                null,
                trace);
    }

    @Test
    void aClientsTraceGoesOnUnderIt() {
        try (Traces traces = new Traces(settings("http://127.0.0.1:1/v1/traces", 0, 10))) {
            TraceContext place = requireNonNull(traces.begin(SAMPLED));

            assertThat(place.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
            assertThat(place.parentId()).isEqualTo("00f067aa0ba902b7");
            assertThat(place.requestId()).matches("[0-9a-f]{16}").isNotEqualTo(place.turnId());
            assertThat(place.traceParent())
                    .isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-" + place.turnId() + "-01");
        }
    }

    @Test
    void aClientThatDoesNotWantATraceGetsNone() {
        try (Traces traces = new Traces(settings("http://127.0.0.1:1/v1/traces", 100, 10))) {
            assertThat(traces.begin(UNSAMPLED)).isNull();
        }
    }

    @Test
    void withoutAClientsTraceTheSampleDecides() {
        try (Traces all = new Traces(settings("http://127.0.0.1:1/v1/traces", 100, 10));
                Traces none = new Traces(settings("http://127.0.0.1:1/v1/traces", 0, 10));
                Traces off = new Traces(TraceSettings.DEFAULTS)) {
            assertThat(requireNonNull(all.begin(null)).traceId()).matches("[0-9a-f]{32}");
            assertThat(none.begin(null)).isNull();
            assertThat(off.begin(SAMPLED)).isNull();
            assertThat(off.isOn()).isFalse();
        }
    }

    @Test
    void sendsSpansWithItsHeadersAndManyAtOnce() throws Exception {
        try (TestCollector collector = new TestCollector()) {
            try (Traces traces = new Traces(settings(collector.endpoint(), 100, 100))) {
                for (int i = 0; i < 50; i++) {
                    traces.onEnded(request(requireNonNull(traces.begin(null))));
                }
            }
            assertThat(collector.await(50)).hasSize(50);
            assertThat(collector.bodies().size()).isLessThan(10);
            assertThat(collector.heads()).containsOnly("POST application/json Bearer hush");
            OtlpReader.Span span = collector.spans().getFirst();
            assertThat(span.name()).isEqualTo("GET /livez");
            assertThat(span.kind()).isEqualTo(2);
            assertThat(span.end() - span.start()).isEqualTo(3_000_000);
            assertThat(span.statusCode()).isZero();
        }
    }

    @Test
    void countsWhatACollectorRefuses() throws Exception {
        try (TestCollector collector = new TestCollector();
                Traces traces = new Traces(settings(collector.endpoint(), 100, 100))) {
            collector.answers(503, "");
            traces.onEnded(request(requireNonNull(traces.begin(null))));
            Eventually.await(() -> assertThat(traces.dropped()).isEqualTo(1));

            collector.answers(200, "{\"partialSuccess\":{\"rejectedSpans\":\"1\"}}");
            traces.onEnded(request(requireNonNull(traces.begin(null))));
            Eventually.await(() -> assertThat(traces.dropped()).isEqualTo(2));

            collector.answers(200, "");
            traces.onEnded(request(requireNonNull(traces.begin(null))));
            Eventually.await(() -> assertThat(traces.sent()).isEqualTo(1));
        }
    }

    @Test
    void aCollectorThatIsAwayCostsSpansAndNothingElse() {
        try (Traces traces = new Traces(settings("http://127.0.0.1:1/v1/traces", 100, 10))) {
            for (int i = 0; i < 1_000; i++) {
                traces.onEnded(request(requireNonNull(traces.begin(null))));
            }
            assertThat(traces.dropped()).isGreaterThanOrEqualTo(980);
            Eventually.await(() -> assertThat(traces.dropped()).isEqualTo(1_000));
            assertThat(traces.sent()).isZero();
        }
    }
}
