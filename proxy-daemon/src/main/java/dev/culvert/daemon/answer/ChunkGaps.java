package dev.culvert.daemon.answer;

/** How steadily the chunks of one stream come. Told the time that was read for each anyway. */
final class ChunkGaps {
    private long chunks;
    private long firstNanos;
    private long lastNanos;
    private long longestNanos;

    void note(long now) {
        if (chunks++ == 0) {
            firstNanos = now;
        } else {
            longestNanos = Math.max(longestNanos, now - lastNanos);
        }
        lastNanos = now;
    }

    /** Tells nothing where there were not two. */
    void tell(StreamObserver observer) {
        if (chunks > 1) {
            observer.onGaps((lastNanos - firstNanos) / (chunks - 1), longestNanos);
        }
    }
}
