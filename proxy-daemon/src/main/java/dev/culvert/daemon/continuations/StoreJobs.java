package dev.culvert.daemon.continuations;

import dev.culvert.daemon.answer.ClientCall;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes the store on worker threads: what is stored of one turn by one job after the
 * other. Safe for all threads.
 */
final class StoreJobs {
    private static final Logger LOG = LoggerFactory.getLogger(StoreJobs.class);

    private final ContinuationStore store;
    private final Workers workers;
    private final KnownTurns turns;
    private int unfinished;

    StoreJobs(ContinuationStore store, Workers workers, KnownTurns turns) {
        this.store = store;
        this.workers = workers;
        this.turns = turns;
    }

    /** Stores the request of a turn that begins. */
    void open(FollowedTurn turn, byte[] request) {
        Continuation about = turn.about();
        turn.waitsForStore(request.length);
        Runnable job =
                counted(() -> {
                    try {
                        save(about.with(about.expires(), new Content.Open(request).bytes()));
                    } catch (IOException e) {
                        turn.cannot("the request cannot be stored: " + e.getMessage());
                    } finally {
                        turn.waitsForStore(0);
                    }
                });
        try {
            workers.execute(about.hash(), job);
        } catch (RejectedExecutionException _) {
            finished();
            turn.waitsForStore(0);
            turn.cannot("too much waits for the daemon's disk, which may hang (workers.queue)");
        }
    }

    private void finish(String hash, Runnable job) {
        workers.finish(hash, counted(job));
    }

    private synchronized Runnable counted(Runnable job) {
        unfinished++;
        return () -> {
            try {
                job.run();
            } finally {
                finished();
            }
        };
    }

    private synchronized void finished() {
        unfinished--;
        notifyAll();
    }

    /** Waits for the jobs that there are, but no longer than that. Blocks. */
    synchronized void flush(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        try {
            long left = most.toMillis();
            while (unfinished > 0 && left > 0) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void save(Continuation it) throws IOException {
        store.save(it);
        turns.isStored(it, it.content().length);
    }

    /** What is to be stored of a turn that has called tools of its client. */
    interface Answer {
        /**
         * What it is.
         *
         * @param open with the request
         * @throws RefusedException with the reason if nothing is
         */
        Continuation of(Continuation open, byte[] request) throws RefusedException;
    }

    /**
     * Stores the answer in place of the request.
     *
     * @param ended is told why it was not stored; null if it was
     */
    void answered(FollowedTurn turn, Answer answer, Consumer<@Nullable String> ended) {
        String hash = turn.about().hash();
        finish(
                hash,
                () -> {
                    String why;
                    try {
                        Continuation open = store.find(hash);
                        if (open != null
                                && Content.of(open.content())
                                        instanceof Content.Open(byte[] request)) {
                            save(answer.of(open, request));
                            why = null;
                        } else {
                            why =
                                    "the request was not stored, or was dropped for newer ones"
                                            + " (continuations.keep_bytes)";
                        }
                    } catch (RefusedException e) {
                        why = e.getMessage();
                    } catch (IOException e) {
                        why = "the conversation cannot be stored: " + e.getMessage();
                    } catch (RuntimeException e) {
                        LOG.error(
                                "a conversation was not stored because of a bug in the daemon", e);
                        why = "the conversation cannot be stored";
                    }
                    ended.accept(why);
                });
    }

    /**
     * Reads the calls of a turn whose answer is stored.
     *
     * @param told gets the calls, or why they are not there
     */
    void calls(FollowedTurn turn, BiConsumer<@Nullable List<ClientCall>, String> told) {
        String hash = turn.about().hash();
        finish(
                hash,
                () -> {
                    List<ClientCall> calls = null;
                    String why = "it was forgotten";
                    try {
                        Continuation found = store.find(hash);
                        if (found != null
                                && Content.of(found.content())
                                        instanceof Content.Answered answered) {
                            calls = answered.calls();
                        }
                    } catch (IOException e) {
                        why = "the conversation cannot be read: " + e.getMessage();
                    }
                    told.accept(calls, why);
                });
    }

    /** Drops the conversation, and keeps the calls for those who read the turn again. */
    void spend(Taken taken) {
        run(
                taken.hash(),
                "a continuation that was used takes room until it expires",
                () -> {
                    Continuation found = store.find(taken.hash());
                    if (found != null
                            && Content.of(found.content()) instanceof Content.Answered it) {
                        byte[] less = it.withoutConversation().bytes();
                        store.replaceContent(taken.hash(), less);
                        turns.isStored(found, less.length);
                    }
                });
    }

    void giveBack(Taken taken) {
        run(
                taken.hash(),
                "a continuation stays used although its turn did not begin",
                () -> store.giveBack(taken.hash(), taken.whom()));
    }

    void delete(String hash) {
        run(
                hash,
                "a continuation that is over stays in the store",
                () -> {
                    store.delete(List.of(hash));
                    turns.isDeleted(hash);
                });
    }

    private interface Job {
        void run() throws IOException;
    }

    private void run(String hash, String otherwise, Job job) {
        finish(
                hash,
                () -> {
                    try {
                        job.run();
                    } catch (IOException e) {
                        LOG.warn("{}: {}", otherwise, Quoted.message(e));
                    }
                });
    }
}
