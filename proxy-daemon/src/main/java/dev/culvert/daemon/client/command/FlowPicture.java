package dev.culvert.daemon.client.command;

import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a flow as a drawing: a line of text for each, and lines from each step down to those
 * that need it. With states and times if they are those of a run.
 */
/* Each step whose output is still to be used has a column. A step takes over the first column that ends at it, else a free
 * one, and a row above it joins the columns of all that it needs. So the drawing is as wide as the most results that wait at
 * once, and a flow that needs too many columns is a list instead. */
final class FlowPicture {
    private static final int MOST_COLUMNS = 20;
    private static final int MOST_NAME = 32;
    private static final int LEAST_TEXT = 24;
    private static final int NARROW = 20;

    private final int width;
    private final Map<String, Value> steps = new LinkedHashMap<>();

    /** For each step, how many of those that need it are not drawn yet. */
    private final Map<String, Integer> left = new HashMap<>();

    /** Whose line is in which column; null if it is free. */
    private final List<@Nullable String> columns = new ArrayList<>();

    private final List<Row> rows = new ArrayList<>();

    private record Row(String lines, String text) {}

    private FlowPicture(List<Value> steps, int width) {
        this.width = width;
        steps.forEach(it -> this.steps.put(it.text("step"), it));
        for (Value step : steps) {
            needs(step).forEach(it -> left.merge(it, 1, Integer::sum));
        }
    }

    /**
     * Draws them.
     *
     * @param width that it may have; {@link Integer#MAX_VALUE} for any
     */
    static List<String> draw(List<Value> steps, int width) {
        return new FlowPicture(steps, width).draw();
    }

    private List<String> draw() {
        List<Value> order = order();
        order.forEach(this::add);
        int widest = rows.stream().mapToInt(it -> it.lines().length()).max().orElse(0);
        int most = Math.min(2 * MOST_COLUMNS, Math.max(NARROW, width) - LEAST_TEXT + NARROW);
        if (widest > most) {
            return order.stream().map(it -> cut(mark(it) + " " + text(it) + after(it))).toList();
        }
        return rows.stream()
                .map(it ->
                        it.text().isEmpty()
                                ? it.lines()
                                : it.lines()
                                        + " ".repeat(widest + 1 - it.lines().length())
                                        + it.text())
                .map(this::cut)
                .toList();
    }

    private String cut(String line) {
        return line.length() <= Math.max(NARROW, width)
                ? line
                : line.substring(0, Math.max(NARROW, width) - 1) + "…";
    }

    private List<String> needs(Value step) {
        return FlowCommand.texts(step.at("needs")).stream().filter(steps::containsKey).toList();
    }

    /** Below those that they need, and near them; those that come last are below all others. */
    private List<Value> order() {
        Map<String, Integer> drawn = new HashMap<>();
        List<Value> order = new ArrayList<>();
        Set<String> open = new HashSet<>(steps.keySet());
        while (!open.isEmpty()) {
            Value best = null;
            int latest = -2;
            boolean onlyLast =
                    open.stream().allMatch(it -> isLast(steps.getOrDefault(it, Value.members())));
            for (Value step : steps.values()) {
                boolean isReady =
                        open.contains(step.text("step"))
                                && isLast(step) == onlyLast
                                && drawn.keySet().containsAll(needs(step));
                int at =
                        needs(step).stream()
                                .mapToInt(it -> drawn.getOrDefault(it, -1))
                                .max()
                                .orElse(-1);
                if (isReady && at > latest) {
                    best = step;
                    latest = at;
                }
            }
            if (best == null) { // a cycle, which no daemon lets in
                break;
            }
            drawn.put(best.text("step"), order.size());
            order.add(best);
            open.remove(best.text("step"));
        }
        return order;
    }

    private static boolean isLast(Value step) {
        return step.text("finally").equals("true");
    }

    private void add(Value step) {
        String name = step.text("step");
        NavigableSet<Integer> from = new TreeSet<>();
        NavigableSet<Integer> ending = new TreeSet<>();
        for (String need : needs(step)) {
            int column = columns.indexOf(need);
            from.add(column);
            if (left.merge(need, -1, Integer::sum) == 0) {
                ending.add(column);
            }
        }
        int own = ending.isEmpty() ? free() : ending.getFirst();
        if (!from.isEmpty()) {
            from.add(own);
            rows.add(new Row(join(from), ""));
        }
        ending.forEach(it -> columns.set(it, null));
        columns.set(own, name);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            lines.append(i == own ? mark(step) : columns.get(i) == null ? " " : "|").append(' ');
        }
        rows.add(new Row(lines.toString().stripTrailing(), text(step)));
        if (left.getOrDefault(name, 0) == 0) {
            columns.set(own, null);
        }
        while (!columns.isEmpty() && columns.getLast() == null) {
            columns.removeLast();
        }
    }

    private int free() {
        int at = columns.indexOf(null);
        if (at < 0) {
            columns.add(null);
            return columns.size() - 1;
        }
        return at;
    }

    /** The row above a step. */
    private String join(NavigableSet<Integer> from) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            boolean isWithin = i >= from.getFirst() && i < from.getLast();
            boolean isPassed = i > from.getFirst() && i < from.getLast();
            char here = columns.get(i) != null ? '|' : isPassed ? '-' : ' ';
            lines.append(from.contains(i) && from.size() > 1 ? '+' : here);
            lines.append(isWithin ? '-' : ' ');
        }
        return lines.toString().stripTrailing();
    }

    private static String mark(Value step) {
        return switch (step.text("state")) {
            case "done" -> "*";
            case "started" -> ">";
            case "failed" -> "!";
            case "unknown" -> "?";
            case "skipped", "cancelled", "not_run" -> "-";
            default -> "o";
        };
    }

    private String text(Value step) {
        int longest =
                steps.keySet().stream()
                        .flatMapToInt(it -> IntStream.of(Quoted.word(it).length()))
                        .max()
                        .orElse(0);
        String name = Quoted.word(step.text("step"));
        int room = Math.min(longest, MOST_NAME) - name.length();
        String items = step.text("items");
        String kind =
                Quoted.word(step.text("kind"))
                        + (step.text("each").equals("true")
                                ? " each" + (items.isEmpty() ? "" : " (" + items + ")")
                                : "")
                        + (step.text("when").equals("true") ? " when" : "")
                        + (isLast(step) ? " finally" : "");
        return name + " ".repeat(Math.max(0, room)) + "  " + kind + state(step);
    }

    private static String state(Value step) {
        String state = step.text("state");
        if (state.isEmpty()) {
            return "";
        }
        String took = FlowCommand.took(step);
        String error = step.text("error");
        boolean isAgain = !step.text("attempt").equals("0") && !step.text("attempt").equals("1");
        return ": "
                + state.replace('_', ' ')
                + (step.text("cached").equals("true") ? " (cached)" : "")
                + (took.isEmpty() ? "" : ", " + took)
                + (isAgain ? ", attempt " + step.text("attempt") : "")
                + (error.isEmpty() ? "" : ": " + Quoted.sentence(error));
    }

    private String after(Value step) {
        List<String> needs = needs(step);
        return needs.isEmpty() ? "" : " <- " + Quoted.sentence(String.join(", ", needs));
    }
}
