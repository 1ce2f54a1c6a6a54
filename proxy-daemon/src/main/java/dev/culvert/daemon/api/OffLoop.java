package dev.culvert.daemon.api;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what blocks beside the event loop, in a room of workers, and answers on the loop. */
public final class OffLoop {
    private static final Logger LOG = LoggerFactory.getLogger(OffLoop.class);
    private static final int RETRY_SECONDS = 5;

    /** Returns what is then done on the event loop. */
    public interface Work {
        Runnable run() throws IOException;
    }

    private final Workers files;
    private final Workers others;

    /**
     * @param files for what needs a file of {@code state_dir}, whose disk may hang
     * @param others for all else that may take a while
     */
    public OffLoop(Workers files, Workers others) {
        this.files = files;
        this.others = others;
    }

    /**
     * Runs {@code work} after what came before for the same agent.
     *
     * @param onDisk whether it may need a file of {@code state_dir}
     * @throws ProblemException when too much waits already
     */
    public void run(String agentId, boolean onDisk, Request request, Answer responder, Work work) {
        execute(onDisk ? files : others, agentId, request, responder, work);
    }

    /**
     * Runs {@code work} that belongs to no agent.
     *
     * @throws ProblemException when too much waits already
     */
    public void run(Request request, Answer responder, Work work) {
        execute(others, new Object(), request, responder, work);
    }

    /** Runs the end of what was run before for this agent and request: it is never refused. */
    public void finish(
            String agentId, boolean onDisk, Request request, Answer responder, Work work) {
        (onDisk ? files : others).finish(agentId, job(request, responder, work));
    }

    private static void execute(
            Workers room, Object key, Request request, Answer responder, Work work) {
        try {
            room.execute(key, job(request, responder, work));
        } catch (RejectedExecutionException _) {
            throw new ProblemException(
                    Problem.of(
                                    SERVICE_UNAVAILABLE,
                                    "Too many requests wait for the daemon's disk, which may hang:"
                                            + " try again later, and see culvert_workers_busy."
                                            + " workers.queue says how many may wait.")
                            .retryAfter(RETRY_SECONDS));
        }
    }

    private static Runnable job(Request request, Answer responder, Work work) {
        EventLoop loop = request.eventLoop();
        String name = request.method() + " " + Quoted.word(request.path());
        String id = request.id();
        return () -> {
            Runnable answer = outcome(name, id, responder, work);
            try {
                loop.execute(answer);
            } catch (RejectedExecutionException _) {
                LOG.debug("{} (request {}) was done after the daemon had stopped", name, id);
            }
        };
    }

    private static Runnable outcome(String name, String id, Answer responder, Work work) {
        try {
            return work.run();
        } catch (ProblemException e) {
            return () -> responder.problem(e.problem());
        } catch (IOException e) {
            // The answer is logged like each that is a 5xx, and so is why.
            Problem problem =
                    Problem.of(
                            INTERNAL_SERVER_ERROR,
                            "This could not be kept in state_dir over a restart, so it was not done: %s. Then send it again."
                                    .formatted(why(e)));
            return () -> responder.problem(problem);
        } catch (RuntimeException e) {
            LOG.error("{} failed for a mistake of the daemon (request {})", name, id, e);
            Problem problem =
                    Problem.of(
                            INTERNAL_SERVER_ERROR,
                            "The daemon made a mistake: its log says which, with this request_id.");
            return () -> responder.problem(problem);
        }
    }

    private static String why(IOException e) {
        return String.valueOf(e.getMessage());
    }
}
