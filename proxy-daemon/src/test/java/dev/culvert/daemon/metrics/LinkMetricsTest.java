package dev.culvert.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.frame.FrameType;
import dev.culvert.link.Outcome;
import dev.culvert.transport.AgentAddress;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
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
    void countsComplaintsAndTheLinesThatWereHeldBack() {
        metrics.onComplaint();
        metrics.onLineHeldBack();
        metrics.onLineHeldBack();

        assertThat(registry.get("culvert.link.complaints").counter().count()).isEqualTo(1);
        assertThat(registry.get("culvert.log.lines.held.back").counter().count()).isEqualTo(2);
    }

    /** The last of one loop closes while the first of another opens. */
    @Test
    void linksThatOpenAndCloseOnTwoLoopsAtOnceAreCountedRight() throws Exception {
        AgentAddress address = AgentAddress.parse("tcp://127.0.0.1:1");
        OpenLinks open = new OpenLinks();
        AtomicInteger lost = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(2);
        List<Thread> loops = new ArrayList<>();
        for (int loop = 0; loop < 2; loop++) {
            loops.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                await(start);
                                for (int i = 0; i < 2_000_000; i++) {
                                    open.opened(address);
                                    if (open.to(address) == 0) {
                                        lost.incrementAndGet();
                                    }
                                    open.closed(address);
                                }
                            }));
        }
        for (Thread loop : loops) {
            loop.join();
        }

        assertThat(lost).hasValue(0);
        assertThat(open.to(address)).isZero();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
