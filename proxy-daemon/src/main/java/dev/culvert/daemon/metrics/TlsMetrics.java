package dev.culvert.daemon.metrics;

import dev.culvert.daemon.http.tls.TlsObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Handshakes and certificates of listeners with TLS. */
public final class TlsMetrics implements TlsObserver {
    private final Map<Outcome, Counter> handshakes = new EnumMap<>(Outcome.class);
    private volatile double expirySeconds = Double.NaN;
    private volatile double loaded = Double.NaN;

    TlsMetrics(MeterRegistry registry) {
        for (Outcome outcome : Outcome.values()) {
            handshakes.put(
                    outcome,
                    Counter.builder("culvert.tls.handshakes")
                            .description("TLS handshakes of clients that ended, by outcome.")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        Gauge.builder("culvert.tls.certificate.expiry", () -> expirySeconds)
                .description(
                        "When the certificate in force expires, in seconds since 1970; NaN without"
                                + " TLS.")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("culvert.tls.certificate.reload.success", () -> loaded)
                .description(
                        "1 if the files of http.tls are in force, 0 if the last change of them"
                                + " could not be used; NaN without TLS.")
                .register(registry);
    }

    @Override
    public void onHandshake(Outcome outcome) {
        Counter counter = handshakes.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void onLoaded(Instant expiry) {
        expirySeconds = expiry.getEpochSecond();
        loaded = 1;
    }

    @Override
    public void onNotLoaded() {
        loaded = 0;
    }
}
