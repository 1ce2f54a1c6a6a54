package dev.culvert.faults;

import java.util.ArrayList;
import java.util.List;

/** Measured ratios, whose median is compared with a bound. */
final class Ratios {
    /** Fewer than these say nothing. */
    private static final int LEAST = 11;

    /** Of the normal distribution: the median is wrongly placed once in 100 times or less. */
    private static final double SURE = 2.33;

    private final double bound;
    private final List<Double> sorted = new ArrayList<>();

    Ratios(double bound) {
        this.bound = bound;
    }

    void add(double ratio) {
        sorted.add(ratio);
        sorted.sort(null);
    }

    int count() {
        return sorted.size();
    }

    double median() {
        int middle = count() / 2;
        return count() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /**
     * Whether so many are on one side of the bound that the median surely is too: each ratio is on
     * either side of the true median as a coin is on either of its own.
     */
    boolean isDecided() {
        long above = sorted.stream().filter(ratio -> ratio >= bound).count();
        double expected = count() / 2.0;
        return count() >= LEAST && Math.abs(above - expected) >= SURE * Math.sqrt(count()) / 2;
    }

    @Override
    public String toString() {
        return "median %.3f of %d ratios, from %.3f to %.3f"
                .formatted(median(), count(), sorted.getFirst(), sorted.getLast());
    }
}
