package dev.culvert.daemon.http;

import org.jspecify.annotations.Nullable;

/** When a request got how far, and what it carried. Made only for those who ask for it. */
final class Timeline {
    private static final long NEVER = -1;

    private final long beganNanos;
    private long headNanos;
    private long bodyNanos;
    private long diallingNanos = NEVER;
    private long sentNanos = NEVER;
    private long firstNanos = NEVER;
    private long bytesIn;
    private long bytesOut;
    private @Nullable TokenUsage tokens;

    /**
     * @param beganNanos when the route was called
     */
    Timeline(long beganNanos) {
        this.beganNanos = beganNanos;
    }

    void arrived(long head, long body, long bytes) {
        headNanos = head;
        bodyNanos = body;
        bytesIn = bytes;
    }

    void reached(Phase phase) {
        long now = System.nanoTime() - beganNanos;
        switch (phase) {
            case DIALLING -> diallingNanos = now;
            case WAITING -> sentNanos = now;
            case STREAMING -> firstNanos = now;
            case HEAD, BODY, HANDLING -> {}
        }
    }

    void wrote(long bytes) {
        bytesOut = bytes;
    }

    void used(TokenUsage usage) {
        tokens = usage;
    }

    RequestTimes times(long wholeNanos) {
        long dial =
                diallingNanos == NEVER || sentNanos == NEVER ? NEVER : sentNanos - diallingNanos;
        return new RequestTimes(headNanos, bodyNanos, diallingNanos, dial, firstNanos, wholeNanos);
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }

    @Nullable TokenUsage tokens() {
        return tokens;
    }
}
