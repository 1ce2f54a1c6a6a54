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
 * A room for what blocks, beside the event loops: so many threads, and so many jobs that wait for
 * one. Jobs of one key run one after the other, so that what hangs for one key holds one thread
 * whoever asks for it again. Used on any thread.
 */
/* Not on virtual threads: a BufferedWriter that is made on one grows by just what is written, each
 * time (JDK 25), so that Micrometer took 15 MB for a scrape of 30 KB. */
public final class Workers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    private record Job(Object key, Runnable work) {}

    private final int threads;
    private final int mostWaiting;
    private final ExecutorService pool;

    /** Those whose turn it is, and who only lack a thread. */
    private final Queue<Job> ready = new ArrayDeque<>();

    /** For each key of which a job runs or is ready: the jobs that come after it. */
    private final Map<Object, Queue<Job>> after = new HashMap<>();

    private int busy;
    private int waiting;
    private long refused;

    /**
     * @param name of its threads
     * @param mostWaiting jobs that may wait; one more is refused
     */
    public Workers(String name, int threads, int mostWaiting) {
        this.threads = threads;
        this.mostWaiting = mostWaiting;
        pool =
                Executors.newCachedThreadPool(
                        Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    }

    /**
     * Runs {@code work}, after all of the same key that came before it.
     *
     * @throws RejectedExecutionException when it would have to wait and too many do
     */
    public void execute(Object key, Runnable work) {
        execute(new Job(key, work), mostWaiting);
    }

    /** Runs what finishes work that was taken before, and so is never refused. */
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
            } catch (Throwable e) { // or the room would be one thread smaller from then on
                LOG.error("a job failed", e);
            } finally {
                job = next(job);
            }
        }
    }

    private synchronized @Nullable Job next(Job done) {
        Queue<Job> behind = after.get(done.key);
        @Nullable Job follower = behind == null ? null : behind.poll();
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

    /** Threads that have a job. */
    public synchronized int busy() {
        return busy;
    }

    /** Jobs that wait for a thread, or for another of their key. */
    public synchronized int waiting() {
        return waiting;
    }

    /** Jobs that were refused since the start. */
    public synchronized long refused() {
        return refused;
    }

    /** What runs is interrupted and not waited for: it may hang. */
    @Override
    public void close() {
        pool.shutdownNow();
    }
}
