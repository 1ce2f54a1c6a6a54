package dev.culvert.daemon.metrics;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The failures of the last hour, to the minute, by their code. There are few codes, as in {@link
 * FailureMetrics}. Safe for all threads.
 */
final class RecentFailures {
    private static final int MINUTES = 60;

    private final LongSupplier nanoTime;
    private final TreeMap<Long, Map<String, Long>> byMinute = new TreeMap<>();

    RecentFailures(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized void count(String code) {
        forget();
        byMinute.computeIfAbsent(minute(), _ -> new TreeMap<>()).merge(code, 1L, Long::sum);
    }

    synchronized Map<String, Long> byCode() {
        forget();
        Map<String, Long> all = new TreeMap<>();
        byMinute.values().forEach(minute -> minute.forEach((k, n) -> all.merge(k, n, Long::sum)));
        return all;
    }

    private void forget() {
        byMinute.headMap(minute() - MINUTES, true).clear();
    }

    private long minute() {
        return TimeUnit.NANOSECONDS.toMinutes(nanoTime.getAsLong());
    }
}
