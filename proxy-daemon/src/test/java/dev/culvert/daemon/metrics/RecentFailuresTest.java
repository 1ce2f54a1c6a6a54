package dev.culvert.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentFailuresTest {
    private final AtomicLong now = new AtomicLong(-5);
    private final RecentFailures failures = new RecentFailures(now::get);

    @Test
    void countsByCode() {
        failures.count("timed_out");
        failures.count("unreachable");
        failures.count("timed_out");

        assertThat(failures.byCode())
                .containsEntry("timed_out", 2L)
                .containsEntry("unreachable", 1L);
    }

    @Test
    void forgetsAfterAnHour() {
        failures.count("timed_out");
        now.addAndGet(TimeUnit.MINUTES.toNanos(59));
        failures.count("unreachable");
        assertThat(failures.byCode()).hasSize(2);

        now.addAndGet(TimeUnit.MINUTES.toNanos(2));
        assertThat(failures.byCode()).containsOnlyKeys("unreachable");
    }
}
