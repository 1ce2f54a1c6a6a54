package dev.culvert.daemon.client.chat;

import java.util.ArrayList;
import java.util.List;

/** What changes between two texts, line by line. */
public final class Diff {
    private static final int CONTEXT = 3;

    /** Beyond so many comparisons, what differs is shown as replaced as a whole. */
    private static final long MOST_COMPARISONS = 4_000_000;

    private final List<String> before;
    private final List<String> after;
    private final List<String> lines = new ArrayList<>();

    private Diff(List<String> before, List<String> after) {
        this.before = before;
        this.after = after;
    }

    /**
     * The lines that differ and some around them: each begins with a blank, {@code -}, {@code +} or
     * {@code @@}. Empty if nothing differs.
     */
    public static List<String> of(String before, String after) {
        Diff diff = new Diff(lines(before), lines(after));
        diff.write(diff.edits());
        return diff.lines;
    }

    /* A last line without an end differs from one with it. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            lines.add(text.substring(from, end));
            from = end + 1;
        }
        if (from < text.length()) {
            lines.add(text.substring(from) + " [no line feed]");
        }
        return lines;
    }

    /** One line: of both texts, or of one of them. */
    private record Edit(char kind, int before, int after) {}

    private List<Edit> edits() {
        int start = 0;
        int most = Math.min(before.size(), after.size());
        while (start < most && before.get(start).equals(after.get(start))) {
            start++;
        }
        int tail = 0;
        while (tail < most - start
                && before.get(before.size() - 1 - tail)
                        .equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        List<Edit> edits = new ArrayList<>();
        for (int i = 0; i < start; i++) {
            edits.add(new Edit(' ', i, i));
        }
        middle(start, before.size() - tail, after.size() - tail, edits);
        for (int i = tail; i > 0; i--) {
            edits.add(new Edit(' ', before.size() - i, after.size() - i));
        }
        return edits;
    }

    /* The longest common subsequence. Where that is too dear, all is taken away and all is added. */
    private void middle(int start, int endBefore, int endAfter, List<Edit> edits) {
        int rows = endBefore - start;
        int columns = endAfter - start;
        boolean isDear = (long) rows * columns > MOST_COMPARISONS;
        int[][] common = isDear ? new int[0][0] : common(start, rows, columns);
        int row = 0;
        int column = 0;
        while (row < rows || column < columns) {
            boolean both = row < rows && column < columns;
            if (!isDear && both && isSame(start + row, start + column)) {
                edits.add(new Edit(' ', start + row++, start + column++));
            } else if (row < rows
                    && (column == columns
                            || isDear
                            || common[row + 1][column] >= common[row][column + 1])) {
                edits.add(new Edit('-', start + row++, -1));
            } else {
                edits.add(new Edit('+', -1, start + column++));
            }
        }
    }

    private int[][] common(int start, int rows, int columns) {
        int[][] common = new int[rows + 1][columns + 1];
        for (int row = rows - 1; row >= 0; row--) {
            for (int column = columns - 1; column >= 0; column--) {
                common[row][column] =
                        isSame(start + row, start + column)
                                ? common[row + 1][column + 1] + 1
                                : Math.max(common[row + 1][column], common[row][column + 1]);
            }
        }
        return common;
    }

    private boolean isSame(int inBefore, int inAfter) {
        return before.get(inBefore).equals(after.get(inAfter));
    }

    private void write(List<Edit> edits) {
        int shown = 0;
        for (int i = 0; i < edits.size(); i++) {
            if (!isNearAChange(edits, i)) {
                continue;
            }
            Edit edit = edits.get(i);
            if (i > shown || (i == 0 && shown == 0)) {
                lines.add(i == 0 ? "@@ line 1" : "@@ line " + number(edits, i));
            }
            shown = i + 1;
            lines.add(
                    edit.kind
                            + (edit.kind == '+' ? after.get(edit.after) : before.get(edit.before)));
        }
    }

    /** Of the line in the text after the change. */
    private static int number(List<Edit> edits, int at) {
        for (int i = at; i < edits.size(); i++) {
            if (edits.get(i).after >= 0) {
                return edits.get(i).after + 1;
            }
        }
        return at + 1;
    }

    private static boolean isNearAChange(List<Edit> edits, int at) {
        int from = Math.max(0, at - CONTEXT);
        int to = Math.min(edits.size(), at + CONTEXT + 1);
        return edits.subList(from, to).stream().anyMatch(edit -> edit.kind != ' ');
    }
}
