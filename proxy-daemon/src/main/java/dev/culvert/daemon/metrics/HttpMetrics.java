package dev.culvert.daemon.metrics;

import dev.culvert.daemon.http.Handling;
import dev.culvert.daemon.http.HttpObserver;
import dev.culvert.daemon.http.Route;
import dev.culvert.daemon.http.RouteObserver;
import dev.culvert.daemon.http.TokenUsage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.handler.codec.http.HttpMethod;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Clients' connections and requests. */
public final class HttpMetrics implements HttpObserver {
    private final MeterRegistry registry;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private final Counter resets;
    private final Map<Flood, Counter> floods = new EnumMap<>(Flood.class);
    private final Counter refusedConnections;
    private final FailureMetrics failures;
    private final Map<String, RouteMetrics> routes = new ConcurrentHashMap<>();
    private final LimitMetrics limits;
    private @Nullable GenAiMetrics genAi;
    private final Counter inputTokens;
    private final Counter outputTokens;
    private final AtomicReferenceArray<Counter> refusedRequests = new AtomicReferenceArray<>(600);

    HttpMetrics(MeterRegistry registry) {
        this.registry = registry;
        failures = new FailureMetrics(registry);
        limits = new LimitMetrics(registry);
        inputTokens = tokens(registry, "input");
        outputTokens = tokens(registry, "output");
        Gauge.builder("culvert.http.connections", connections::get)
                .description("Open connections of clients.")
                .register(registry);
        Gauge.builder("culvert.http.streams", streams::get)
                .description("Open streams of HTTP/2: requests that are not answered in full.")
                .register(registry);
        resets =
                Counter.builder("culvert.http.streams.reset")
                        .description("Streams of HTTP/2 that their clients gave up.")
                        .register(registry);
        for (Flood flood : Flood.values()) {
            floods.put(
                    flood,
                    Counter.builder("culvert.http.floods")
                            .description(
                                    "How often a client of HTTP/2 did more than it may, so that its"
                                            + " stream was refused or its connection ended, by the"
                                            + " limit.")
                            .tag("limit", flood.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        refusedConnections =
                Counter.builder("culvert.http.connections.refused")
                        .description(
                                "Connections refused because http.max_connections were open, or"
                                        + " admin.max_connections at the admin socket.")
                        .register(registry);
    }

    @Override
    public void onConnectionOpened() {
        connections.incrementAndGet();
    }

    @Override
    public void onConnectionClosed() {
        connections.decrementAndGet();
    }

    @Override
    public void onConnectionRefused() {
        refusedConnections.increment();
    }

    @Override
    public void onStreamOpened() {
        streams.incrementAndGet();
    }

    @Override
    public void onStreamClosed() {
        streams.decrementAndGet();
    }

    @Override
    public void onStreamReset() {
        resets.increment();
    }

    @Override
    public void onFlood(Flood kind) {
        Counter counter = floods.get(kind);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void onRequestRefused(int status) {
        refused(status).increment();
    }

    @Override
    public void onFailed(String code, int runtimeStatus) {
        failures.count(code, runtimeStatus);
    }

    /** The failures of the last hour, by code. */
    public Map<String, Long> recentFailures() {
        return failures.recent();
    }

    @Override
    public void onLimited(String reason) {
        limits.count(reason);
    }

    @Override
    public void onTokens(Handling of, TokenUsage tokens) {
        count(of, tokens);
    }

    /** What a turn took that no request of this run began. */
    public void onTokens(TokenUsage tokens) {
        count(null, tokens);
    }

    private void count(@Nullable Handling of, TokenUsage tokens) {
        inputTokens.increment(tokens.input());
        outputTokens.increment(tokens.output());
        if (genAi != null) {
            genAi.tokens(of, tokens);
        }
    }

    @Override
    public void onTurn(Handling of, long nanos) {
        if (genAi != null) {
            genAi.ended(of, nanos);
        }
    }

    /** To be called before the first request. */
    void use(GenAiMetrics turns) {
        genAi = turns;
    }

    private static Counter tokens(MeterRegistry registry, String direction) {
        return Counter.builder("culvert.tokens")
                .description(
                        "Tokens of answers that clients got to the end or that went on without"
                                + " them, as the runtimes count.")
                .tag("direction", direction)
                .register(registry);
    }

    private Counter refused(int status) {
        Counter known = refusedRequests.get(status);
        if (known != null) {
            return known;
        }
        Counter counter =
                Counter.builder("culvert.http.requests.refused")
                        .description("Requests refused before they reached a route.")
                        .tag("code", Integer.toString(status))
                        .register(registry);
        refusedRequests.set(status, counter);
        return counter;
    }

    @Override
    public RouteObserver observe(Route route) {
        // A route that several listeners serve is counted once.
        return routes.computeIfAbsent(route.templates().getFirst(), RouteMetrics::new);
    }

    /** The timers of one route. Each is registered when it is first needed. */
    private final class RouteMetrics implements RouteObserver {
        private final String template;
        private final AtomicInteger active = new AtomicInteger();
        private final Map<HttpMethod, AtomicReferenceArray<Timer>> byMethod =
                new ConcurrentHashMap<>();

        RouteMetrics(String template) {
            this.template = template;
            Gauge.builder("culvert.http.requests.active", active::get)
                    .description("Requests and streams in progress.")
                    .tag("route", template)
                    .register(registry);
        }

        @Override
        public void onStarted() {
            active.incrementAndGet();
        }

        @Override
        public void onEnded(HttpMethod method, int status, long nanos) {
            active.decrementAndGet();
            AtomicReferenceArray<Timer> byStatus = byMethod.get(method);
            Timer timer = byStatus == null ? null : byStatus.get(status);
            if (timer == null) {
                timer = make(method, status);
            }
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }

        private Timer make(HttpMethod method, int status) {
            Timer timer =
                    Buckets.timer(
                                    "culvert.http.request.duration",
                                    "Requests, by route, method and status.")
                            .tag("route", template)
                            .tag("method", method.name())
                            .tag("code", Integer.toString(status))
                            .register(registry);
            byMethod.computeIfAbsent(method, _ -> new AtomicReferenceArray<>(600))
                    .set(status, timer);
            return timer;
        }
    }
}
