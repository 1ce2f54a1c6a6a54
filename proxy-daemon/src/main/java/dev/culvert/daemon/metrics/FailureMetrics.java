package dev.culvert.daemon.metrics;

import dev.culvert.frame.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Requests and turns that failed, by their code. A code that is not known here counts as "other",
 * so that an agent cannot add time series.
 */
final class FailureMetrics {
    private static final String OTHER = "other";
    private static final String NONE = "none";
    private static final Set<Integer> STATUSES =
            Set.of(400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504);
    private static final Set<String> CODES =
            Stream.of(
                            Stream.of(ErrorCode.values()).map(ErrorCode::wireName),
                            Stream.of(
                                    "unreachable",
                                    "link_lost",
                                    "timed_out",
                                    "overloaded",
                                    "over_memory",
                                    "too_large",
                                    "tool_blocked",
                                    "bad_answer",
                                    "slow_consumer",
                                    "credit_ignored",
                                    "cannot_cancel",
                                    "cannot_join",
                                    "unauthenticated",
                                    "invalid_token",
                                    "token_expired",
                                    "token_revoked",
                                    "token_in_query",
                                    "insufficient_scope",
                                    "admin_only",
                                    "rate_limited",
                                    NONE),
                            STATUSES.stream().map(status -> "http_" + status))
                    .flatMap(it -> it)
                    .collect(Collectors.toUnmodifiableSet());

    private record Kind(String code, String runtimeStatus) {}

    private final MeterRegistry registry;
    private final RecentFailures recent = new RecentFailures(System::nanoTime);
    private final Map<Kind, Counter> counters = new ConcurrentHashMap<>();

    FailureMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** The failures of the last hour, by code. */
    Map<String, Long> recent() {
        return recent.byCode();
    }

    void count(String code, int runtimeStatus) {
        recent.count(known(code));
        counters.computeIfAbsent(new Kind(known(code), known(runtimeStatus)), this::counter)
                .increment();
    }

    /** One of a few words. */
    static String known(String code) {
        String named = code.isEmpty() ? NONE : code;
        return CODES.contains(named) ? named : OTHER;
    }

    private static String known(int runtimeStatus) {
        if (runtimeStatus == 0) {
            return NONE;
        }
        return STATUSES.contains(runtimeStatus) ? Integer.toString(runtimeStatus) : OTHER;
    }

    private Counter counter(Kind kind) {
        return Counter.builder("culvert.http.failures")
                .description(
                        "Failed requests and streams, by the code of the problem or of the"
                                + " error event.")
                .tag("error", kind.code)
                .tag("runtime_status", kind.runtimeStatus)
                .register(registry);
    }
}
