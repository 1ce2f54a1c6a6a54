package dev.culvert.daemon.routes;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;

import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Responder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what blocks (reading and writing files) beside the event loop, and answers on it. */
/* Not on virtual threads: a BufferedWriter that is made on one grows by just what is written, each
 * time (JDK 25), so that Micrometer took 15 MB for a scrape of 30 KB. */
final class OffLoop {
    private static final Logger LOG = LoggerFactory.getLogger(OffLoop.class);

    /** As many as there are requests at once, so that none waits behind a disk that hangs. */
    private static final ExecutorService THREADS =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("culvert-files-", 0).factory());

    /** Returns what is then done on the event loop. */
    interface Work {
        Runnable run() throws IOException;
    }

    private OffLoop() {}

    static void run(Request request, Responder responder, Work work) {
        THREADS.execute(() -> request.eventLoop().execute(outcome(responder, work)));
    }

    private static Runnable outcome(Responder responder, Work work) {
        try {
            return work.run();
        } catch (ProblemException e) {
            return () -> responder.problem(e.problem());
        } catch (IOException | UncheckedIOException e) {
            LOG.error("state_dir cannot be used", e);
            Problem problem =
                    Problem.of(
                            INTERNAL_SERVER_ERROR,
                            "What is wanted could not be kept in state_dir: "
                                    + e.getMessage()
                                    + ".");
            return () -> responder.problem(problem);
        } catch (RuntimeException e) {
            LOG.error("a request failed for a mistake of the daemon", e);
            Problem problem =
                    Problem.of(
                            INTERNAL_SERVER_ERROR,
                            "The daemon made a mistake: its log says which.");
            return () -> responder.problem(problem);
        }
    }
}
