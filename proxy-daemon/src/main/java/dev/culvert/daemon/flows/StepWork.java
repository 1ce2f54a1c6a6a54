package dev.culvert.daemon.flows;

import dev.culvert.about.Units;
import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.settings.Jsonc;
import dev.culvert.settings.Node;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step that runs once, or one item of a step: its attempts, one after the other, each of them in
 * the journal before it begins. Confined to the run's event loop.
 */
final class StepWork {
    private static final Logger LOG = LoggerFactory.getLogger(StepWork.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 16;

    /** Is told once, when the end is in the journal. */
    interface Listener {
        void onEnded(StepWork work);
    }

    private final FlowRun run;
    private final Flow.Step step;
    private final Node.Members params;
    private final Listener listener;
    private StepRecord record;
    private @Nullable Future<?> timer;
    private @Nullable Runnable stop;
    private AtomicBoolean told = new AtomicBoolean();
    private boolean cancelled;
    private boolean over;

    /**
     * @param record with its lineage
     * @param params with their values
     */
    StepWork(
            FlowRun run,
            Flow.Step step,
            StepRecord record,
            Node.Members params,
            Listener listener) {
        this.run = run;
        this.step = step;
        this.record = record;
        this.params = params;
        this.listener = listener;
    }

    StepRecord record() {
        return record;
    }

    /** Takes the output of an earlier step, or begins the first attempt. */
    void begin() {
        Duration cacheFor = step.cacheFor();
        if (cacheFor == null) {
            attempt();
            return;
        }
        FlowStore.@Nullable CachedRow[] found = new FlowStore.CachedRow[1];
        run.write(store -> found[0] = store.cached(digest()), () -> onLookedUp(found[0], cacheFor));
    }

    /** Of one caller: what another one gets may be what only that one may see. */
    private String digest() {
        return Values.digest(
                String.join(
                        "\n",
                        run.record().tenant(),
                        run.record().caller().label(),
                        step.kind().name(),
                        Values.digest(params)));
    }

    private void onLookedUp(FlowStore.@Nullable CachedRow found, Duration cacheFor) {
        if (found == null || found.stored().plus(cacheFor).isBefore(run.means().now())) {
            attempt();
            return;
        }
        run.means().observer().onCached(step.kind().name());
        Node output = Jsonc.read(new String(found.content(), StandardCharsets.UTF_8));
        end(record.done(run.means().now(), output, true));
    }

    /** It had begun when the daemon ended: begins again if that does no harm. */
    void beginAgain() {
        if (step.kind().isIdempotent(params)) {
            attempt(Math.max(1, record.attempt()));
        } else {
            end(
                    record.over(
                            StepState.UNKNOWN,
                            run.means().now(),
                            new StepFailure(
                                    "unknown",
                                    "the daemon ended while the step '%s' ran, and nobody knows whether it was done: look, then culvert flow resume %s --step %s --as done, or --as again"
                                            .formatted(record.step(), run.id(), record.step()),
                                    false)));
        }
    }

    private void attempt() {
        attempt(record.attempt() + 1);
    }

    private void attempt(int which) {
        if (cancelled) {
            end(record.over(StepState.CANCELLED, run.means().now(), null));
            return;
        }
        record = record.started(which, run.means().now(), record.items(), record.lineage());
        FlowStore.StepRow row = record.row(run.id(), run.means().now());
        run.changed();
        run.write(store -> store.save(row), this::launch);
    }

    private void launch() {
        if (cancelled) {
            end(record.over(StepState.CANCELLED, run.means().now(), null));
            return;
        }
        Caller caller = run.means().again().apply(run.record().caller());
        if (caller == null) {
            end(
                    record.over(
                            StepState.FAILED,
                            run.means().now(),
                            new StepFailure("caller_gone", FlowRun.CALLER_GONE, false)));
            return;
        }
        FlowSettings settings = run.means().settings().get();
        Duration own = step.timeout();
        Duration patience = own == null ? settings.stepTimeout() : own;
        told = new AtomicBoolean();
        timer =
                run.loop()
                        .schedule(
                                run.guarded(() -> onTimeout(patience)),
                                patience.toNanos(),
                                TimeUnit.NANOSECONDS);
        StepInput input =
                new StepInput(
                        run.id(),
                        record.step(),
                        record.attempt(),
                        params,
                        caller,
                        run.record().tenant(),
                        run.loop(),
                        patience);
        StepEnd end = new End(told);
        try {
            stop = step.kind().run(input, end);
        } catch (RuntimeException e) {
            LOG.error("the step {} of the flow run {} failed", record.step(), run.id(), e);
            end.failed(
                    new StepFailure(
                            "internal",
                            "a bug in the daemon; the log of the daemon says more",
                            false));
        }
    }

    /** What the kind calls, on any thread. */
    private final class End implements StepEnd {
        private final AtomicBoolean once;

        End(AtomicBoolean once) {
            this.once = once;
        }

        @Override
        public void done(Node output) {
            tell(() -> onDone(output));
        }

        @Override
        public void failed(StepFailure why) {
            tell(() -> onFailed(why));
        }

        private void tell(Runnable next) {
            if (once.compareAndSet(false, true)) {
                try {
                    run.execute(next);
                } catch (RejectedExecutionException _) {
                    LOG.debug("the daemon stopped when a step of {} ended", run.id());
                }
            }
        }
    }

    private void onTimeout(Duration patience) {
        if (told.compareAndSet(false, true)) {
            stopKind();
            boolean mayPass = step.kind().isIdempotent(params);
            onFailed(
                    new StepFailure(
                            "timeout",
                            "the step '%s' did not end within %s: give it a longer 'timeout'"
                                    .formatted(record.step(), Units.text(patience)),
                            mayPass));
        }
    }

    private void stopKind() {
        if (stop != null) {
            stop.run();
            stop = null;
        }
    }

    private void clear() {
        stop = null;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void onDone(Node output) {
        clear();
        int bytes = output.json().getBytes(StandardCharsets.UTF_8).length;
        String tooMuch = run.takeOutput(bytes);
        if (tooMuch != null) {
            onFailed(
                    new StepFailure(
                            "output_too_large",
                            "the step '" + record.step() + "' was done, but " + tooMuch,
                            false));
            return;
        }
        end(record.done(run.means().now(), output, false));
    }

    private void onFailed(StepFailure why) {
        clear();
        Flow.Retry retry = step.retry();
        if (!cancelled && why.mayPass() && record.attempt() < retry.attempts()) {
            run.means().observer().onRetry(step.kind().name());
            int doublings = Math.min(record.attempt() - 1, MOST_DOUBLINGS);
            long pause =
                    Math.min(
                            retry.backoff().toMillis() << doublings,
                            Math.max(LONGEST_PAUSE.toMillis(), retry.backoff().toMillis()));
            timer =
                    run.loop()
                            .schedule(
                                    run.guarded(() -> {
                                        timer = null;
                                        attempt();
                                    }),
                                    pause,
                                    TimeUnit.MILLISECONDS);
        } else {
            end(record.over(StepState.FAILED, run.means().now(), why));
        }
    }

    /** Ends it as soon as it can. */
    void cancel() {
        if (cancelled || over) {
            return;
        }
        cancelled = true;
        if (timer != null) { // it runs, or waits to be tried again; else its start is being written
            told.set(true);
            stopKind();
            clear();
            end(record.over(StepState.CANCELLED, run.means().now(), null));
        }
    }

    private void end(StepRecord last) {
        if (over) {
            return;
        }
        over = true;
        Instant now = run.means().now();
        FlowStore.StepRow row = last.row(run.id(), now);
        Node output = last.output();
        boolean isToCache = step.cacheFor() != null && output != null && !last.isCached();
        run.write(
                store -> {
                    store.save(row);
                    if (isToCache && output != null) {
                        store.cache(
                                digest(),
                                new FlowStore.CachedRow(
                                        now, output.json().getBytes(StandardCharsets.UTF_8)),
                                run.means().settings().get().keepCache());
                    }
                },
                () -> {
                    record = last;
                    Instant from = last.started();
                    run.means()
                            .observer()
                            .onStep(
                                    step.kind().name(),
                                    last.state(),
                                    Duration.between(from == null ? now : from, now));
                    listener.onEnded(this);
                });
    }
}
