package dev.culvert.daemon.traces;

import dev.culvert.daemon.config.TraceSettings;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests that wait to be sent, and the one thread that sends them, many at once. */
final class Export implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Traces.class);

    /** How many requests go in one message to the collector. */
    private static final int BATCH = 256;

    /** How long a request waits for others. */
    private static final long GATHER_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How often at most the log says that something was lost. */
    private static final long TELL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final long CLOSE_MILLIS = 2_000;

    private final ConcurrentLinkedQueue<RequestRecord> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private volatile @Nullable Thread sender;
    private final AtomicLong sent = new AtomicLong();
    private volatile boolean asleep;
    private volatile boolean closed;
    private volatile TraceSettings settings;
    private volatile @Nullable Collector collector;

    /** Only the sender uses it. */
    private long toldNanos = System.nanoTime() - TELL_NANOS;

    Export(TraceSettings settings) {
        this.settings = settings;
        use(settings);
    }

    /** A daemon that traces nothing has no thread for it. */
    private synchronized void startIfNeeded() {
        if (sender == null && collector != null) {
            sender = Thread.ofPlatform().name("culvert-traces").daemon().start(this::run);
        }
    }

    /** Any thread may call it; it never waits. */
    void add(RequestRecord request) {
        if (count.incrementAndGet() > settings.queue()) {
            count.decrementAndGet();
            dropped.incrementAndGet();
            return;
        }
        waiting.add(request);
        if (asleep) {
            LockSupport.unpark(sender);
        }
    }

    void use(TraceSettings next) {
        settings = next;
        collector = next.endpoint().map(it -> new Collector(it, next)).orElse(null);
        startIfNeeded();
    }

    long sent() {
        return sent.get();
    }

    long dropped() {
        return dropped.get();
    }

    private void run() {
        while (true) {
            sleepUntilOneWaits();
            if (!closed && count.get() < BATCH) {
                LockSupport.parkNanos(this, GATHER_NANOS);
            }
            List<RequestRecord> batch = take();
            if (!batch.isEmpty()) {
                send(batch);
            } else if (closed) {
                return;
            }
        }
    }

    private void sleepUntilOneWaits() {
        asleep = true;
        try {
            while (waiting.isEmpty() && !closed) {
                LockSupport.park(this);
            }
        } finally {
            asleep = false;
        }
    }

    private List<RequestRecord> take() {
        List<RequestRecord> batch = new ArrayList<>();
        while (batch.size() < BATCH) {
            RequestRecord next = waiting.poll();
            if (next == null) {
                break;
            }
            count.decrementAndGet();
            batch.add(next);
        }
        return batch;
    }

    private void send(List<RequestRecord> batch) {
        Collector now = collector;
        if (now == null) {
            dropped.addAndGet(batch.size());
            return;
        }
        try {
            now.post(Spans.json(batch));
            sent.addAndGet(batch.size());
        } catch (IOException | RuntimeException e) {
            dropped.addAndGet(batch.size());
            tell(e);
        }
    }

    private void tell(Exception e) {
        long now = System.nanoTime();
        if (now - toldNanos >= TELL_NANOS) {
            toldNanos = now;
            LOG.warn(
                    "traces cannot be sent: {}. Check traces.endpoint and its collector;"
                            + " culvert_traces_dropped_total counts what is lost until then",
                    Quoted.message(e));
        }
    }

    @Override
    public void close() {
        closed = true;
        Thread started = sender;
        if (started == null) {
            return;
        }
        LockSupport.unpark(started);
        try {
            started.join(CLOSE_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
