package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs work that blocks on worker threads, and answers on the event loop of the request. */
public final class OffLoop {
    private static final Logger LOG = LoggerFactory.getLogger(OffLoop.class);
    private static final int RETRY_SECONDS = 5;

    /** Work that returns what the event loop does next. */
    public interface Work {
        Runnable run() throws IOException;
    }

    private final Workers files;
    private final Workers others;

    /**
     * @param files for work with files of {@code state_dir}, whose disk may hang
     * @param others for all other work that may take a while
     */
    public OffLoop(Workers files, Workers others) {
        this.files = files;
        this.others = others;
    }

    /**
     * Runs {@code work} after all earlier work for the same agent.
     *
     * @param onDisk whether it may need a file of {@code state_dir}
     * @throws ProblemException when too much work waits
     */
    public void run(String agentId, boolean onDisk, Request request, Answer answer, Work work) {
        execute(onDisk ? files : others, agentId, request, answer, work);
    }

    /**
     * Runs {@code work} that belongs to no agent.
     *
     * @throws ProblemException when too much work waits
     */
    public void run(Request request, Answer answer, Work work) {
        execute(others, new Object(), request, answer, work);
    }

    /**
     * Runs {@code work} that belongs to no agent, after that of earlier requests of the same event
     * loop. False when too much work waits.
     */
    boolean runInTurn(Request request, Answer answer, Work work) {
        try {
            others.execute(request.eventLoop(), job(request, answer, work));
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }

    /** Runs the last part of work that was begun for this agent and request. Never refused. */
    public void finish(String agentId, boolean onDisk, Request request, Answer answer, Work work) {
        (onDisk ? files : others).finish(agentId, job(request, answer, work));
    }

    private static void execute(
            Workers room, Object key, Request request, Answer answer, Work work) {
        try {
            room.execute(key, job(request, answer, work));
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

    private static Runnable job(Request request, Answer answer, Work work) {
        EventLoop loop = request.eventLoop();
        String name = request.method() + " " + Quoted.word(request.path());
        String id = request.id();
        return () ->
                request.work(() -> {
                    Runnable next = outcome(answer, work);
                    try {
                        loop.execute(() -> request.work(() -> finish(name, id, answer, next)));
                    } catch (RejectedExecutionException _) {
                        LOG.debug(
                                "{} (request {}) finished after the daemon had stopped", name, id);
                    }
                });
    }

    private static Runnable outcome(Answer answer, Work work) {
        try {
            return work.run();
        } catch (ProblemException e) {
            return () -> answer.problem(e.problem());
        } catch (IOException e) {
            // No log line here: every 5xx answer is logged with its reason.
            Problem problem =
                    Problem.of(
                            INTERNAL_SERVER_ERROR,
                            "This could not be stored, so it was not done: %s. Then send it again."
                                    .formatted(why(e)));
            return () -> answer.problem(problem);
        } catch (RuntimeException | Error e) { // also an Error: the client waits for an answer
            return () -> {
                throw e;
            };
        }
    }

    /** The last step answers even if it throws. */
    private static void finish(String name, String id, Answer answer, Runnable next) {
        try {
            next.run();
        } catch (ProblemException e) {
            crashed(answer, e.problem());
        } catch (RuntimeException | Error e) {
            LOG.error("{} failed because of a bug in the daemon (request {})", name, id, e);
            crashed(answer, RouteCall.BUG);
        }
    }

    private static void crashed(Answer answer, Problem problem) {
        if (answer.isOpen()) {
            answer.problem(problem);
        }
    }

    private static String why(IOException e) {
        return String.valueOf(e.getMessage());
    }
}
