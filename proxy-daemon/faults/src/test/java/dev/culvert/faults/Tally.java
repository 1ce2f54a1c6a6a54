package dev.culvert.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts events and keeps violations. Thread-safe. */
final class Tally {
    /** The group that counts all faults by kind. */
    static final String FAULTS = "faults";

    /** A run stops at this number. */
    private static final int MOST_VIOLATIONS = 20;

    private final Map<String, Map<String, Integer>> groups = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private final long startNanos = System.nanoTime();

    synchronized void count(String group, String what) {
        groups.computeIfAbsent(group, _ -> new TreeMap<>()).merge(what, 1, Integer::sum);
    }

    /**
     * @param where words that follow "faults" in the report
     */
    void fault(String where, Fault fault) {
        count(FAULTS, fault.kind());
        count(FAULTS + " " + where, fault.kind());
    }

    synchronized void violation(String what) {
        violations.add(what);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized boolean isHopeless() {
        return violations.size() >= MOST_VIOLATIONS;
    }

    int sum(String group) {
        return group(group).values().stream().mapToInt(Integer::intValue).sum();
    }

    /** A copy of the counts. */
    synchronized Map<String, Integer> group(String group) {
        return Map.copyOf(groups.getOrDefault(group, Map.of()));
    }

    /** All counts, one line each. */
    synchronized String table() {
        StringBuilder table = new StringBuilder();
        groups.forEach((group, counts) -> {
            table.append("%-52s %8d%n".formatted(group, sum(group)));
            counts.forEach((what, count) -> table.append("    %-48s %8d%n".formatted(what, count)));
        });
        return table.toString();
    }

    Duration took() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
