package dev.culvert.daemon.client.top;

import dev.culvert.about.Units;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Remembers what turns looked like, so that the next look shows how fast they are. */
public final class TurnTable {
    private static final String HEAD =
            "%-16s %-12s %-10s %7s %9s %9s %9s %9s  %s"
                    .formatted(
                            "AGENT",
                            "TURN",
                            "STAGE",
                            "AGE",
                            "EVENTS/S",
                            "BYTES",
                            "UNREAD",
                            "MAY SEND",
                            "WAITS FOR");

    private Map<String, TurnRow> before = new HashMap<>();

    /** The turns that the daemon lists now, the busiest first. */
    public List<TurnRow> look(List<Value> turns) {
        Map<String, TurnRow> now = new HashMap<>();
        for (Value turn : turns) {
            TurnRow row = TurnRow.of(turn);
            TurnRow earlier = before.get(row.turn());
            now.put(row.turn(), earlier == null ? row : row.since(earlier));
        }
        before = now;
        return now.values().stream()
                .sorted(
                        Comparator.comparingDouble(TurnRow::rate)
                                .reversed()
                                .thenComparing(TurnRow::turn))
                .toList();
    }

    /** As lines of at most {@code width} columns, at most {@code height} of them. */
    public static List<String> draw(List<TurnRow> rows, int width, int height) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "%d turn%s, %.0f events/s, %d wait for their client"
                        .formatted(
                                rows.size(),
                                rows.size() == 1 ? "" : "s",
                                rows.stream().mapToDouble(TurnRow::rate).sum(),
                                rows.stream()
                                        .filter(it -> it.waitsFor().equals("client"))
                                        .count()));
        lines.add("");
        lines.add(HEAD);
        rows.stream()
                .limit(Math.max(0, height - lines.size()))
                .map(TurnTable::line)
                .forEach(lines::add);
        return lines.stream().map(line -> cut(line, width)).toList();
    }

    private static String line(TurnRow row) {
        return "%-16s %-12s %-10s %7s %9.1f %9s %9s %9s  %s"
                .formatted(
                        cut(row.agent(), 16),
                        shortId(row),
                        row.stage(),
                        age(row.ageMillis()),
                        row.rate(),
                        size(row.bytes()),
                        size(row.unread()),
                        row.credit() < 0 ? "-" : size(row.credit()),
                        row.waitsFor().isEmpty() ? "-" : row.waitsFor());
    }

    /** Enough to tell turns apart, and too little to read one. */
    private static String shortId(TurnRow row) {
        String random = row.turn().substring(row.turn().lastIndexOf('.') + 1);
        return random.length() > 8 ? random.substring(0, 8) + "…" : random;
    }

    private static String age(long millis) {
        long seconds = millis / 1_000;
        return seconds < 100
                ? "%.1fs".formatted(millis / 1_000.0)
                : seconds < 6_000 ? seconds / 60 + "m" + seconds % 60 + "s" : seconds / 3_600 + "h";
    }

    private static String size(long bytes) {
        return bytes < 10_000 ? Long.toString(bytes) : Units.text(bytes >> 10 << 10);
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, Math.max(0, most - 1)) + "…";
    }
}
