package dev.culvert.io;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what blocks away from the event loops: a bounded number of threads, and of jobs that wait
 * for one. Jobs of one key run one after the other, so that what hangs for one key holds only one
 * thread, however often it is asked for. Safe for all threads.
 */
/* Not virtual threads: a BufferedWriter made on one grows by just what is written each time (JDK 25),
 * so that Micrometer took 15 MB for a scrape of 30 KB. */
public final class Workers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    private record Job(Object key, Runnable work) {}

    private final int threads;
    private final int mostWaiting;
    private final ExecutorService pool;

    /** Jobs that only wait for a thread. */
    private final Queue<Job> ready = new ArrayDeque<>();

    /** For each key with a job that runs or is ready: the jobs after it. */
    private final Map<Object, Queue<Job>> after = new HashMap<>();

    private int busy;
    private int waiting;
    private long refused;

    /**
     * @param name of the threads
     * @param mostWaiting how many jobs may wait; one more is refused
     */
    public Workers(String name, int threads, int mostWaiting) {
        this.threads = threads;
        this.mostWaiting = mostWaiting;
        pool =
                Executors.newCachedThreadPool(
                        Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    }

    /**
     * Runs {@code work} after all earlier jobs of the same key.
     *
     * @throws RejectedExecutionException if it would have to wait and too many jobs wait already
     */
    public void execute(Object key, Runnable work) {
        execute(new Job(key, work), mostWaiting);
    }

    /** Runs what finishes work that was accepted before: it is never refused. */
    public void finish(Object key, Runnable work) {
        execute(new Job(key, work), Integer.MAX_VALUE);
    }

    private synchronized void execute(Job job, int most) {
        Queue<Job> before = after.get(job.key);
        if (before == null && busy < threads) {
            after.put(job.key, new ArrayDeque<>());
            busy++;
            pool.execute(() -> runFrom(job));
            return;
        }
        if (waiting >= most) {
            refused++;
            throw new RejectedExecutionException(waiting + " jobs wait already");
        }
        waiting++;
        if (before == null) {
            after.put(job.key, new ArrayDeque<>());
            ready.add(job);
        } else {
            before.add(job);
        }
    }

    /** One thread's work: this job, then whatever is ready. */
    private void runFrom(Job first) {
        @Nullable Job job = first;
        while (job != null) {
            try {
                job.work.run();
            } catch (Throwable e) { // or there would be one thread less from then on
                if (pool.isShutdown()) {
                    LOG.debug("a job was cut off by the end of the program", e);
                } else {
                    LOG.error("a job of the worker threads failed", e);
                }
            } finally {
                job = next(job);
            }
        }
    }

    private synchronized @Nullable Job next(Job done) {
        Queue<Job> followers = after.get(done.key);
        @Nullable Job follower = followers == null ? null : followers.poll();
        if (follower == null) {
            after.remove(done.key);
        } else {
            ready.add(follower);
        }
        Job next = ready.poll();
        if (next == null) {
            busy--;
        } else {
            waiting--;
        }
        return next;
    }

    /** How many threads have a job. */
    public synchronized int busy() {
        return busy;
    }

    /** How many jobs wait for a thread or for another job of their key. */
    public synchronized int waiting() {
        return waiting;
    }

    /** How many jobs were refused since the start. */
    public synchronized long refused() {
        return refused;
    }

    /** Interrupts what runs and does not wait for it: it may hang. */
    @Override
    public void close() {
        pool.shutdownNow();
    }
}
