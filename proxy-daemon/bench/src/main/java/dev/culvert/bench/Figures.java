package dev.culvert.bench;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the clients of one load saw: load.c and wrk.lua print it.
 *
 * @param p50 latency of a message or a chunk in microseconds, like the next three
 */
record Figures(
        double requests,
        double events,
        double errors,
        double seconds,
        double p50,
        double p99,
        double p999,
        double max) {
    private static final Pattern FIGURE = Pattern.compile("(\\w+)=(\\S+)");

    static Figures parse(String line) {
        Map<String, Double> figures = named(line);
        return new Figures(
                value(figures, "requests"),
                value(figures, "events"),
                value(figures, "errors"),
                value(figures, "seconds"),
                value(figures, "p50"),
                value(figures, "p99"),
                value(figures, "p999"),
                value(figures, "max"));
    }

    /** All figures of the line. */
    static Map<String, Double> named(String line) {
        return FIGURE.matcher(line)
                .results()
                .collect(Collectors.toMap(it -> it.group(1), it -> Double.valueOf(it.group(2))));
    }

    static double value(Map<String, Double> figures, String name) {
        Double value = figures.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the load printed no " + name + ": " + figures);
        }
        return value;
    }

    /** Clients that opened a stream each and wait. */
    static Figures silent(int clients) {
        return new Figures(clients, 0, 0, 1, 0, 0, 0, 0);
    }

    double requestsPerSecond() {
        return requests / seconds;
    }
}
