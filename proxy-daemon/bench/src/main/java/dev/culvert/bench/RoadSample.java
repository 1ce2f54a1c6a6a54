package dev.culvert.bench;

import java.util.Locale;
import java.util.Map;

/**
 * One turn on the whole road. Times are in microseconds.
 *
 * @param firstP50 from a request to its first chunk
 * @param gapP50 from one chunk of a stream to the next
 * @param leftP50 from the client's close of its connection to that of the runtime's
 */
record RoadSample(
        String contender,
        int round,
        double errors,
        double firstP50,
        double firstP99,
        double gapP50,
        double gapP99,
        double leftP50,
        double leftP99) {
    static final String CSV_HEAD =
            "contender,round,errors,first_p50,first_p99,gap_p50,gap_p99,left_p50,left_p99";

    /**
     * @param streams what load.c printed of {@code spread}
     * @param leavers and of {@code leave}
     */
    static RoadSample of(
            String contender, int round, Map<String, Double> streams, Map<String, Double> leavers) {
        return new RoadSample(
                contender,
                round,
                Figures.value(streams, "errors") + Figures.value(leavers, "errors"),
                Figures.value(streams, "first50"),
                Figures.value(streams, "first99"),
                Figures.value(streams, "gap50"),
                Figures.value(streams, "gap99"),
                Figures.value(leavers, "p50"),
                Figures.value(leavers, "p99"));
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "\"%s\",%d,%.0f,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f",
                contender,
                round,
                errors,
                firstP50,
                firstP99,
                gapP50,
                gapP99,
                leftP50,
                leftP99);
    }
}
