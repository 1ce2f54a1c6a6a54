package dev.culvert.daemon.client.output;

import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows in columns that fit the terminal: the widest columns are cut first. */
final class Table {
    private static final String GAP = "  ";
    private static final int LEAST = 8;

    private final boolean colour;
    private final int columns;

    /**
     * @param columns the width that the table may have; {@link Integer#MAX_VALUE} for any
     */
    Table(boolean colour, int columns) {
        this.colour = colour;
        this.columns = columns;
    }

    List<String> lines(List<Value> rows, List<Column> shown) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(shown.stream().map(Column::title).toList());
        for (Value row : rows) {
            cells.add(shown.stream().map(each -> Quoted.sentence(each.cell().apply(row))).toList());
        }
        int[] widths = widths(cells, shown.size());
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < shown.size(); column++) {
                boolean last = column == shown.size() - 1;
                String text = cut(cells.get(i).get(column), widths[column]);
                Column its = shown.get(column);
                Tone tone = i == 0 ? Tone.STRONG : its.tone().apply(rows.get(i - 1));
                String blanks = " ".repeat(widths[column] - width(text));
                String toned = colour ? tone.on(text) : text;
                line.append(its.isNumber() ? blanks + toned : last ? toned : toned + blanks);
                line.append(last ? "" : GAP);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Names and values, one a line. */
    List<String> pairs(Value row, List<Column> shown) {
        int widest = shown.stream().mapToInt(each -> width(each.title())).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (Column each : shown) {
            String text = Quoted.page(each.cell().apply(row));
            String toned = colour ? each.tone().apply(row).on(text) : text;
            String title = each.title() + " ".repeat(widest - width(each.title()));
            lines.add((colour ? Tone.STRONG.on(title) : title) + GAP + toned);
        }
        return lines;
    }

    private int[] widths(List<List<String>> cells, int count) {
        int[] widths = new int[count];
        for (List<String> row : cells) {
            for (int i = 0; i < count; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        int room = columns == Integer.MAX_VALUE ? columns : columns - GAP.length() * (count - 1);
        while (Arrays.stream(widths).sum() > room) {
            int widest = 0;
            for (int i = 1; i < count; i++) {
                widest = widths[i] > widths[widest] ? i : widest;
            }
            if (widths[widest] <= LEAST) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String cut(String text, int width) {
        return width(text) <= width
                ? text
                : text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
    }
}
