package dev.culvert.daemon.accesslog;

import dev.culvert.daemon.config.AccessLogSettings;
import dev.culvert.daemon.http.RequestRecord;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lines that wait, and the one thread that writes them. */
/* A thread that adds a line takes no lock. It wakes the writer only while the writer sleeps, so under load a line
 * costs no system call. */
final class Lines implements AutoCloseable {
    /** The name under which people have seen failures in the log. */
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    /** How often at most the log says that lines were lost or held back. */
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(AccessLog.SECONDS);

    private static final long CLOSE_MILLIS = 1_000;

    private final ConcurrentLinkedQueue<RequestRecord> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong heldBack = new AtomicLong();
    private final Thread writer;
    private final AtomicLong written = new AtomicLong();
    private volatile boolean asleep;
    private volatile boolean closed;
    private volatile AccessLogSettings settings;
    private volatile Target target;

    /** Only the writer uses these. */
    private Target open;

    /** Those that were not lost because of the queue count as told. */
    private long toldDropped;

    private long toldNanos = System.nanoTime() - TELL_NANOS;

    Lines(AccessLogSettings settings, Target target) {
        this.settings = settings;
        this.target = target;
        open = target;
        writer = Thread.ofPlatform().name("culvert-log").daemon().start(this::run);
    }

    /** Any thread may call it; it never waits. */
    void add(RequestRecord request) {
        if (count.incrementAndGet() > settings.queue()) {
            count.decrementAndGet();
            dropped.incrementAndGet();
        } else {
            waiting.add(request);
        }
        wake();
    }

    /** A failure is not logged, because too many others were. */
    void holdBack() {
        heldBack.incrementAndGet();
        wake();
    }

    private void wake() {
        if (asleep) {
            LockSupport.unpark(writer);
        }
    }

    void use(AccessLogSettings next, Target other) {
        settings = next;
        target = other;
        wake();
    }

    long dropped() {
        return dropped.get();
    }

    long written() {
        return written.get();
    }

    private void run() {
        while (true) {
            if (!open.equals(target)) {
                open.close();
                open = target;
            }
            RequestRecord next = waiting.poll();
            if (next != null) {
                count.decrementAndGet();
                write(next);
                continue;
            }
            flush();
            tellLost();
            if (closed && waiting.isEmpty()) {
                open.close();
                return;
            }
            sleep();
        }
    }

    private void write(RequestRecord request) {
        try {
            if (settings.enabled()) {
                open.write(request, settings.format());
            } else if (request.concernsTheOperator()) {
                LOG.warn("{}", RequestLine.logfmt(request));
            } else {
                LOG.debug("{}", RequestLine.logfmt(request));
            }
            written.incrementAndGet();
        } catch (IOException e) {
            lost(e);
        } catch (RuntimeException e) {
            dropped.incrementAndGet();
            toldDropped++;
            LOG.error("a line of the access log could not be written", e);
        }
    }

    private void flush() {
        try {
            open.flush();
        } catch (IOException e) {
            lost(e);
        }
    }

    private void lost(IOException e) {
        dropped.incrementAndGet();
        toldDropped++;
        if (mayTell()) {
            LOG.error(
                    "the access log cannot be written to {}: {}; its lines are dropped until that"
                            + " is repaired (access_log.to)",
                    open.name(),
                    Quoted.message(e));
        }
    }

    private boolean mayTell() {
        long now = System.nanoTime();
        boolean may = now - toldNanos >= TELL_NANOS;
        if (may) {
            toldNanos = now;
        }
        return may;
    }

    private boolean hasLost() {
        return heldBack.get() > 0 || dropped.get() != toldDropped;
    }

    private void tellLost() {
        if (!hasLost() || (!closed && !mayTell())) {
            return;
        }
        long back = heldBack.getAndSet(0);
        if (back > 0) {
            LOG.warn(
                    "failed: {} more requests within {} s; culvert_http_failures_total counts all"
                            + " of them by code",
                    back,
                    AccessLog.SECONDS);
        }
        long more = dropped.get() - toldDropped;
        toldDropped += more;
        if (more > 0) {
            LOG.warn(
                    "{} lines of the access log were dropped because they came faster than they"
                            + " could be written: log fewer (access_log.sample, access_log.slow)",
                    more);
        }
    }

    private void sleep() {
        asleep = true;
        try {
            if (waiting.isEmpty() && !closed && open.equals(target)) {
                if (hasLost()) {
                    LockSupport.parkNanos(this, TELL_NANOS - (System.nanoTime() - toldNanos));
                } else {
                    LockSupport.park(this);
                }
            }
        } finally {
            asleep = false;
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(writer);
        try {
            writer.join(CLOSE_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
