package dev.culvert.faults;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How often something happened in each slot of time after a moment.
 *
 * @param length of each slot
 * @param counts for each slot until the last time that it happened
 * @param lastNanos when that was, after the moment
 */
record Slots(Duration length, List<Integer> counts, long lastNanos) {
    private static final double MOST = 0.9;

    /** Times are those of {@link System#nanoTime}; none is before the moment. */
    static Slots of(Duration length, List<Long> nanos, long fromNanos) {
        long last = nanos.stream().mapToLong(it -> it - fromNanos).max().orElse(0);
        int[] counts = new int[(int) (last / length.toNanos()) + 1];
        nanos.forEach(nano -> counts[(int) ((nano - fromNanos) / length.toNanos())]++);
        return new Slots(length, Arrays.stream(counts).boxed().toList(), last);
    }

    int sum() {
        return sum(0, counts.size());
    }

    private int sum(int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += counts.get(i);
        }
        return sum;
    }

    int fullest() {
        int most = 0;
        for (int count : counts) {
            most = Math.max(most, count);
        }
        return most;
    }

    /** From the first slot that is not empty until nine tenths have happened. */
    double mean() {
        int first = 0;
        while (first < counts.size() - 1 && counts.get(first) == 0) {
            first++;
        }
        int end = first + 1;
        while (sum(first, end) < MOST * sum()) {
            end++;
        }
        return (double) sum(first, end) / (end - first);
    }

    /** The fullest slot, as a multiple of the mean. */
    double peak() {
        return fullest() / mean();
    }

    private String seconds() {
        int[] seconds = new int[(int) (lastNanos / 1_000_000_000) + 1];
        for (int i = 0; i < counts.size(); i++) {
            seconds[(int) (i * length.toMillis() / 1_000)] += counts.get(i);
        }
        StringBuilder text = new StringBuilder();
        for (int count : seconds) {
            text.append(' ').append(count);
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d within %.1f s; at most %d in %d ms, %.1f times the mean of %.1f; in each second%s",
                sum(),
                lastNanos / 1e9,
                fullest(),
                length.toMillis(),
                peak(),
                mean(),
                seconds());
    }
}
