package dev.culvert.guest.tools;

import dev.culvert.guest.policy.BlockedCalls;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import dev.culvert.tools.ToolException;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lines of the audit log about calls that end their turns. Written by a thread of its own. */
public final class BlockedLines implements BlockedCalls, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BlockedLines.class);
    private static final int MOST_WAITING = 1_024;

    private final Decisions decisions;
    private final EventLoop loop;
    private final Workers workers = new Workers("audit", 1, MOST_WAITING);

    /**
     * @param loop of all turns
     */
    public BlockedLines(Decisions decisions, EventLoop loop) {
        this.decisions = decisions;
        this.loop = loop;
    }

    @Override
    public void record(Call call, Runnable then) {
        LOG.info(
                "tool {} is blocked: {}",
                Quoted.word(call.tool()),
                Quoted.sentence(call.denial().why()));
        if (!decisions.areKept()) {
            then.run();
            return;
        }
        try {
            workers.execute(this, () -> write(call, then));
        } catch (RejectedExecutionException e) {
            LOG.error("a blocked call has no line in the audit log: {}", e.getMessage());
            then.run();
        }
    }

    /* The call is not made in any case. */
    private void write(Call call, Runnable then) {
        try {
            decisions.blocked(call);
        } catch (ToolException _) {
            LOG.error("a blocked call has no line in the audit log");
        }
        try {
            loop.execute(then);
        } catch (RejectedExecutionException _) {
            LOG.debug("the agent stopped while a call was blocked");
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}
