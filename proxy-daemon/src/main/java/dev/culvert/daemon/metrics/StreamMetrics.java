package dev.culvert.daemon.metrics;

import dev.culvert.daemon.answer.StreamObserver;
import dev.culvert.daemon.http.Answer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Streamed answers. */
public final class StreamMetrics implements StreamObserver {
    private final AtomicInteger active = new AtomicInteger();
    private final Timer firstEventOfNew;
    private final Timer firstEventOfResumed;
    private @Nullable GenAiMetrics genAi;
    private final Timer gap;
    private final Timer longestGap;
    private final AtomicInteger behind = new AtomicInteger();
    private final Counter slowedDown;
    private final Counter unseen;
    private final Map<End, Timer> ended = new EnumMap<>(End.class);

    StreamMetrics(MeterRegistry registry) {
        Gauge.builder("culvert.streams.active", active::get)
                .description("Streams in progress.")
                .register(registry);
        Gauge.builder("culvert.streams.behind", behind::get)
                .description(
                        "Streams of which at least half the credit waits to be sent to the"
                                + " client.")
                .register(registry);
        firstEventOfNew = firstEvent(registry, "no");
        firstEventOfResumed = firstEvent(registry, "yes");
        gap =
                Buckets.timer(
                                "culvert.stream.gap.duration",
                                "Time between two chunks of a stream, on average over the stream.")
                        .register(registry);
        longestGap =
                Buckets.timer(
                                "culvert.stream.longest.gap.duration",
                                "The longest time between two chunks of a stream.")
                        .register(registry);
        slowedDown =
                Counter.builder("culvert.limits.slowed.down")
                        .description(
                                "How often a stream waited because its tenant or token had used"
                                        + " more bytes a second than it may.")
                        .register(registry);
        unseen =
                Counter.builder("culvert.watch.events.dropped")
                        .description(
                                "Events of turns that clients who read along were not sent, because"
                                        + " they read too slowly.")
                        .register(registry);
        for (End end : End.values()) {
            ended.put(
                    end,
                    Buckets.timer("culvert.stream.duration", "Duration of streams, by outcome.")
                            .tag("outcome", end.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    /** To be called before the first stream. */
    void use(GenAiMetrics turns) {
        genAi = turns;
    }

    @Override
    public void onStarted() {
        active.incrementAndGet();
    }

    private static Timer firstEvent(MeterRegistry registry, String resumed) {
        return Buckets.timer(
                        "culvert.stream.first.event.duration",
                        "Time from the request to the first event, for new turns and for resumed"
                                + " ones.")
                .tag("resumed", resumed)
                .register(registry);
    }

    @Override
    public void onFirstEvent(Answer answer, boolean isResumed, long nanos) {
        GenAiMetrics turns = genAi;
        if (turns != null && !isResumed) {
            turns.firstChunk(answer.handling(), nanos);
        }
        (isResumed ? firstEventOfResumed : firstEventOfNew).record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onGaps(long averageNanos, long longestNanos) {
        gap.record(averageNanos, TimeUnit.NANOSECONDS);
        longestGap.record(longestNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onWatcherBehind() {
        unseen.increment();
    }

    @Override
    public void onBehind(int change) {
        behind.addAndGet(change);
    }

    @Override
    public void onSlowedDown() {
        slowedDown.increment();
    }

    @Override
    public void onEnded(End end, long nanos) {
        active.decrementAndGet();
        Timer timer = ended.get(end);
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }
}
