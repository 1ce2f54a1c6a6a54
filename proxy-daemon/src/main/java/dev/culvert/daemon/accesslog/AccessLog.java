package dev.culvert.daemon.accesslog;

import dev.culvert.daemon.config.AccessLogSettings;
import dev.culvert.daemon.http.RequestRecord;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which requests are logged. While {@code access_log} is off, these are the ones that
 * failed, and of them at most {@value #LINES} in {@value #SECONDS} seconds; the log then says how
 * many more there were. Called on every event loop.
 */
public final class AccessLog implements AutoCloseable {
    static final int LINES = 10;
    static final int SECONDS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final int WHOLE = 100;

    private final Lines lines;
    private final LongSupplier nanos;
    private final AtomicLong window = new AtomicLong(Long.MIN_VALUE);
    private final AtomicInteger told = new AtomicInteger();
    private volatile AccessLogSettings settings;

    public AccessLog(AccessLogSettings settings) {
        this(settings, new Lines(settings, Target.of(settings)), System::nanoTime);
    }

    AccessLog(AccessLogSettings settings, Lines lines, LongSupplier nanos) {
        this.settings = settings;
        this.lines = lines;
        this.nanos = nanos;
    }

    /** Takes other settings, and opens its file again, which may have been moved away. */
    public void use(AccessLogSettings next) {
        settings = next;
        lines.use(next, Target.of(next));
    }

    /** Whether it wants to be told of every request, and not only of those that failed. */
    public boolean isOn() {
        return settings.enabled();
    }

    /** A request has ended. */
    public void onEnded(RequestRecord request) {
        AccessLogSettings now = settings;
        if (now.enabled()) {
            if (request.concernsTheOperator() || isPicked(request, now)) {
                lines.add(request);
            }
        } else if (request.concernsTheOperator()) {
            if (mayTell()) {
                lines.add(request);
            } else {
                lines.holdBack();
            }
        } else if (request.trouble() != null && LOG.isDebugEnabled()) {
            lines.add(request);
        }
    }

    private static boolean isPicked(RequestRecord request, AccessLogSettings now) {
        return Math.max(0, request.times().wholeNanos()) >= now.slow().toNanos()
                && (now.sample() == WHOLE
                        || ThreadLocalRandom.current().nextInt(WHOLE) < now.sample());
    }

    /** Whether one more failure may be logged in this window. */
    private boolean mayTell() {
        long now = TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong()) / SECONDS;
        long before = window.get();
        if (now != before && window.compareAndSet(before, now)) {
            told.set(0);
        }
        return told.getAndIncrement() < LINES;
    }

    /** How many lines were written. */
    public long written() {
        return lines.written();
    }

    /** How many lines were lost because they came too fast, or could not be written. */
    public long dropped() {
        return lines.dropped();
    }

    /** Writes what still waits, within a second. */
    @Override
    public void close() {
        lines.close();
    }
}
