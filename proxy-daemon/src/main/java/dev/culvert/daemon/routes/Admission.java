package dev.culvert.daemon.routes;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;

/** Whether new work is taken. */
public final class Admission {
    private static final int RETRY_SECONDS = 5;

    private volatile boolean closed;

    /** From now on what is new is refused. */
    public void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    void check() {
        if (closed) {
            throw new ProblemException(
                    Problem.of(
                                    SERVICE_UNAVAILABLE,
                                    "The daemon is shutting down: try again when it is back.")
                            .retryAfter(RETRY_SECONDS));
        }
    }
}
