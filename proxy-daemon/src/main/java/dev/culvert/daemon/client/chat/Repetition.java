package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.UnreachableException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How often a request is repeated whose answer did not come: the first message of an answer once,
 * if it was lost; what tools have brought, for as long as a daemon takes to start again.
 */
final class Repetition {
    /** What an agent that speaks only the base protocol answers to a key. */
    static final String WITHOUT_KEYS = "cannot_join";

    private static final String KEY = "idempotency-key";
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long STEP_MILLIS = 100;
    private static final long LAST_PAUSE_MILLIS = 8_000;

    private final boolean isLong;
    private long next = FIRST_PAUSE_MILLIS;

    /**
     * @param isLong whether work was done for the request
     */
    Repetition(boolean isLong) {
        this.isLong = isLong;
    }

    /** The same request with a key, by which the daemon knows it again. */
    static Request keyed(Request request, String key) {
        return request.with(KEY, key);
    }

    /** One that no other request has. */
    static String newKey() {
        return UUID.randomUUID().toString();
    }

    static Request withoutKey(Request request) {
        return request.without(KEY);
    }

    /**
     * Whether to send the same request once more.
     *
     * @param hasKey else one that the daemon may have taken is not repeated
     */
    boolean isLeft(IOException failure, boolean hasKey) {
        if (!isOfTheConnection(failure) || (mayBeTaken(failure) && !hasKey)) {
            return false;
        }
        return isLong
                ? next <= LAST_PAUSE_MILLIS
                : mayBeTaken(failure) && next == FIRST_PAUSE_MILLIS;
    }

    private static boolean mayBeTaken(IOException failure) {
        return !(failure instanceof UnreachableException unreachable) || unreachable.mayBeTaken();
    }

    private static boolean isOfTheConnection(IOException failure) {
        return failure instanceof UnreachableException
                || failure instanceof EOFException
                || failure instanceof SocketException
                || failure instanceof SocketTimeoutException;
    }

    /**
     * Waits, each time twice as long.
     *
     * @param isOver whether nobody waits any more
     */
    void pause(BooleanSupplier isOver) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(next);
        try {
            while (System.nanoTime() < end && !isOver.getAsBoolean()) {
                Thread.sleep(Math.min(next, STEP_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the message was to be sent again", e);
        }
        next *= 2;
    }
}
