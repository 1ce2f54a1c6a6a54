package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import java.util.concurrent.atomic.AtomicBoolean;

/** Whether new work is taken. */
public final class Admission {
    public static final Problem SHUTTING_DOWN =
            Problem.of(
                            SERVICE_UNAVAILABLE,
                            "The daemon is shutting down: try again when it is back.")
                    .retryAfter(5);

    private final AtomicBoolean closed = new AtomicBoolean();

    /** From now on what is new is refused; false where it was already. */
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
