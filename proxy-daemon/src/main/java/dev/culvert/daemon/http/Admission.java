package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import java.util.concurrent.atomic.AtomicReference;

/** Whether the daemon takes new work. Used on any thread. */
public final class Admission {
    private static final int RETRY_SECONDS = 5;

    public static final Problem SHUTTING_DOWN =
            Problem.of(
                            SERVICE_UNAVAILABLE,
                            "The daemon is shutting down: try again when it is back.")
                    .retryAfter(RETRY_SECONDS)
                    .blamedOn(Blame.DRAINING);

    private static final Problem DRAINING =
            Problem.of(
                            SERVICE_UNAVAILABLE,
                            "An operator drains the daemon, so it takes no new work: try again"
                                    + " later, or ask another daemon.")
                    .retryAfter(RETRY_SECONDS)
                    .blamedOn(Blame.DRAINING);

    private enum State {
        OPEN,
        DRAINED,
        CLOSED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    /** Refuses new work from now on. Returns false if it was closed already. */
    public boolean close() {
        return state.getAndSet(State.CLOSED) != State.CLOSED;
    }

    /** Refuses new work until {@link #resume}. Returns false if none was taken before. */
    public boolean pause() {
        return state.compareAndSet(State.OPEN, State.DRAINED);
    }

    /** Takes new work again after {@link #pause}. Returns false if it was not paused. */
    public boolean resume() {
        return state.compareAndSet(State.DRAINED, State.OPEN);
    }

    /** Whether it refuses new work, for a while or for good. */
    public boolean isClosed() {
        return state.get() != State.OPEN;
    }

    /** Whether the daemon stops. */
    public boolean isStopping() {
        return state.get() == State.CLOSED;
    }

    /**
     * For a request that begins no work at an agent.
     *
     * @throws ProblemException when the daemon stops
     */
    public void check() {
        if (isStopping()) {
            throw new ProblemException(SHUTTING_DOWN);
        }
    }

    /**
     * For a request that begins work at an agent.
     *
     * @throws ProblemException when new work is refused
     */
    public void checkWork() {
        check();
        if (isClosed()) {
            throw new ProblemException(DRAINING);
        }
    }
}
