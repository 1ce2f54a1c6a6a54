package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import java.util.concurrent.atomic.AtomicBoolean;

/** Whether the daemon takes new work. Used on any thread. */
public final class Admission {
    public static final Problem SHUTTING_DOWN =
            Problem.of(
                            SERVICE_UNAVAILABLE,
                            "The daemon is shutting down: try again when it is back.")
                    .retryAfter(5)
                    .blamedOn(Blame.DRAINING);

    private final AtomicBoolean closed = new AtomicBoolean();

    /** Refuses new work from now on. Returns false if it was closed already. */
    public boolean close() {
        return closed.compareAndSet(false, true);
    }

    public boolean isClosed() {
        return closed.get();
    }

    public void check() {
        if (isClosed()) {
            throw new ProblemException(SHUTTING_DOWN);
        }
    }
}
