package dev.culvert.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What a forwarded connection cost through each pair of programs, turn by turn. */
final class TunnelResults {
    static final String OWN = "culvertd and culvert-agent";
    static final String SOCAT = "two socat, with buffers of 64 KiB";

    /** What is measured in one turn. */
    record Turn(double bytesPerSecond, double cpuSecondsPerGigabyte) {}

    private final Map<String, List<Turn>> turns = new LinkedHashMap<>();

    void add(String pair, Turn turn) {
        turns.computeIfAbsent(pair, _ -> new ArrayList<>()).add(turn);
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }

    /** Bytes a second, relative to those of socat; NaN if it was not measured. */
    double throughputRatio() {
        return ratio(Turn::bytesPerSecond);
    }

    /** CPU a GB, likewise. */
    double cpuRatio() {
        return ratio(Turn::cpuSecondsPerGigabyte);
    }

    private double ratio(ToDoubleFunction<Turn> figure) {
        return median(OWN, figure) / median(SOCAT, figure);
    }

    private double median(String pair, ToDoubleFunction<Turn> figure) {
        List<Turn> of = turns.getOrDefault(pair, List.of());
        return Spread.of(of.stream().mapToDouble(figure).toArray()).median();
    }

    String table(String title) {
        StringBuilder text =
                new StringBuilder(
                        "### %s\n\n| | MB/s | CPU s/GB |\n|---|--:|--:|\n".formatted(title));
        for (String pair : turns.keySet()) {
            text.append(
                    "| %s | %.0f | %.2f |\n"
                            .formatted(
                                    pair,
                                    median(pair, Turn::bytesPerSecond) / 1e6,
                                    median(pair, Turn::cpuSecondsPerGigabyte)));
        }
        return text.toString();
    }
}
