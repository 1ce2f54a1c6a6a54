package dev.culvert.daemon.approvals;

import dev.culvert.io.StoppingException;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets approvals expire and forgets old ones: looks at them once a second while there are any. */
public final class ApprovalUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(ApprovalUpkeep.class);
    private static final int ROUNDS_UNTIL_TIDY = 60;

    /** Old ones are forgotten under this key; no agent can have this id. */
    private static final String TIDY = "/approvals";

    private final Approvals approvals;
    private final EventLoop loop;
    private final Workers workers;
    private final AtomicBoolean runs = new AtomicBoolean();

    /** The work that has been given to the workers: a disk that hangs must not get it again. */
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    private int rounds;

    public ApprovalUpkeep(Approvals approvals, EventLoop loop, Workers workers) {
        this.approvals = approvals;
        this.loop = loop;
        this.workers = workers;
    }

    /** Begins as soon as there is an approval. */
    public void begin() {
        approvals.listen(_ -> wake());
        if (!approvals.isEmpty()) {
            wake();
        }
    }

    private void wake() {
        if (runs.compareAndSet(false, true)) {
            schedule();
        }
    }

    private void schedule() {
        try {
            loop.schedule(this::look, 1, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the daemon is stopping", e);
        }
    }

    private void look() {
        for (Approval due : approvals.due()) {
            work(due.agent(), due.id(), () -> approvals.check(due.id()));
        }
        if (rounds++ % ROUNDS_UNTIL_TIDY == 0) {
            work(TIDY, TIDY, approvals::tidy);
        }
        if (!approvals.isEmpty()) {
            schedule();
            return;
        }
        runs.set(false);
        if (!approvals.isEmpty()) {
            wake();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void work(String key, String what, Work work) {
        if (!underWay.add(what)) {
            return;
        }
        try {
            workers.execute(
                    key,
                    () -> {
                        try {
                            work.run();
                        } catch (StoppingException e) {
                            LOG.debug("the daemon stops before {} is done", what, e);
                        } catch (IOException e) {
                            LOG.warn("{} could not be stored: {}", what, e.getMessage());
                        } finally {
                            underWay.remove(what);
                        }
                    });
        } catch (RejectedExecutionException _) {
            underWay.remove(what); // too much waits; in a second there may be room
        }
    }
}
