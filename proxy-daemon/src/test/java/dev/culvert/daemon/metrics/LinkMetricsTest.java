package dev.culvert.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.FrameType;
import dev.culvert.link.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinkMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LinkMetrics metrics = new LinkMetrics(registry);

    @ParameterizedTest
    @EnumSource(
            names = {"MESSAGE", "RESUME", "CONFIG_UPDATE", "CONTEXT_UPDATE", "PING"},
            value = FrameType.class)
    void theEndOfEachKindOfExchangeIsCounted(FrameType request) {
        metrics.onExchangeStarted(request);
        metrics.onExchangeEnded(request, Outcome.DONE);

        assertThat(
                        registry.get("culvert.exchanges.ended")
                                .tag("request", request.wireName())
                                .tag("outcome", "done")
                                .counter()
                                .count())
                .isEqualTo(1);
    }

    @Test
    void countsComplaintsRestsAndTheLinesThatWereHeldBack() {
        metrics.onComplaint();
        metrics.onRest();
        metrics.onLineHeldBack();
        metrics.onLineHeldBack();

        assertThat(registry.get("culvert.link.complaints").counter().count()).isEqualTo(1);
        assertThat(registry.get("culvert.link.rests").counter().count()).isEqualTo(1);
        assertThat(registry.get("culvert.log.lines.held.back").counter().count()).isEqualTo(2);
    }
}
