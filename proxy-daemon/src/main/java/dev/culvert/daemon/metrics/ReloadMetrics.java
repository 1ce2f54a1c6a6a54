package dev.culvert.daemon.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Whether the settings in force are those of the settings file. */
public final class ReloadMetrics {
    private final AtomicInteger succeeded = new AtomicInteger(1);
    private final AtomicLong lastSuccessMillis = new AtomicLong(System.currentTimeMillis());

    ReloadMetrics(MeterRegistry registry) {
        Gauge.builder("culvert.config.reload.success", succeeded::get)
                .description("1 if the last reload of the settings succeeded, else 0.")
                .register(registry);
        TimeGauge.builder(
                        "culvert.config.last.success.timestamp",
                        lastSuccessMillis::get,
                        TimeUnit.MILLISECONDS)
                .description("When the settings in force were read.")
                .register(registry);
    }

    public void onReloaded(boolean success) {
        succeeded.set(success ? 1 : 0);
        if (success) {
            lastSuccessMillis.set(System.currentTimeMillis());
        }
    }
}
