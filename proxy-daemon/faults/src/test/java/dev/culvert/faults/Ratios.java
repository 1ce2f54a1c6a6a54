package dev.culvert.faults;

import java.util.ArrayList;
import java.util.List;

/** Measured ratios, whose median is compared with a bound. */
final class Ratios {
    /** Fewer ratios prove nothing. */
    private static final int LEAST = 11;

    /** A quantile of the normal distribution: at most 1 in 100 runs misplaces the median. */
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
     * Whether so many ratios are on one side of the bound that the median must be there too. Each
     * ratio is above or below the true median with equal probability, like a coin.
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
