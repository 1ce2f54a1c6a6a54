package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import dev.culvert.io.HeldKind;
import dev.culvert.io.Holding;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/**
 * Reads requests whose bodies may be large. What takes long for a large body runs on a worker, so
 * that the other clients of the event loop do not wait for it.
 */
/* A body of 30 MiB with many small values took up to 775 ms to read and translate. */
public final class LargeRequests {
    /** A smaller body takes a few milliseconds at most, and is read on the event loop. */
    public static final int LARGE_BYTES = 1024 * 1024;

    /** The body, and what is made of it. */
    private static final long TIMES_HELD = 2;

    private static final int RETRY_SECONDS = 1;

    private static final Problem TOO_MANY =
            Problem.of(
                            SERVICE_UNAVAILABLE,
                            "Too many requests with large bodies wait to be read: try again later,"
                                    + " and see culvert_workers_busy. workers.queue says how many"
                                    + " may wait.")
                    .retryAfter(RETRY_SECONDS);

    private final OffLoop offLoop;

    public LargeRequests(OffLoop offLoop) {
        this.offLoop = offLoop;
    }

    /**
     * Calls {@code reading}, on the event loop or on a worker, and runs on the event loop what it
     * returns, also if the client has gone meanwhile.
     *
     * @param reading may use what is immutable of the request, and its body; throws {@link
     *     ProblemException} where it is no good
     * @throws ProblemException as {@code reading} does for a small body, or because too many large
     *     ones wait
     */
    public void read(Request request, Answer answer, Supplier<Runnable> reading) {
        if (request.body().readableBytes() < LARGE_BYTES) {
            reading.get().run();
        } else {
            readElsewhere(request, answer, 0, reading);
        }
    }

    /**
     * As {@link #read} of a large body.
     *
     * @param more bytes that are read beside the body
     */
    public void readElsewhere(
            Request request, Answer answer, long more, Supplier<Runnable> reading) {
        ByteBuf body = request.body().retain();
        Holding holding =
                answer.client()
                        .open(
                                HeldKind.BODIES,
                                request.eventLoop(),
                                exceeded -> {
                                    if (answer.isOpen()) {
                                        answer.failure(OverMemory.excess(exceeded));
                                    }
                                });
        holding.set(TIMES_HELD * (body.readableBytes() + more));
        boolean waits =
                offLoop.runInTurn(
                        request,
                        answer,
                        () -> {
                            Runnable next = outcome(reading);
                            return () -> {
                                holding.set(0);
                                body.release();
                                next.run();
                            };
                        });
        if (!waits) {
            holding.set(0);
            body.release();
            throw new ProblemException(TOO_MANY);
        }
    }

    /** What it throws is thrown on the event loop. */
    private static Runnable outcome(Supplier<Runnable> reading) {
        try {
            return reading.get();
        } catch (RuntimeException e) {
            return () -> {
                throw e;
            };
        }
    }
}
