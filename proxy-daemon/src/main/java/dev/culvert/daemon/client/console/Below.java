package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.console.Suggestions.Item;
import java.util.ArrayList;
import java.util.List;

/** The lines below the prompt: the menu, what is wrong, the keys, and how things are. */
final class Below {
    static final int MOST_ITEMS = 8;
    private static final int LONGEST_NAME = 28;

    /** How a line looks. */
    enum Look {
        PLAIN,
        CHOSEN,
        WRONG,
        HEADING,
        FAINT
    }

    record Row(Look look, String text) {}

    private Below() {}

    /**
     * The rows of a menu, around what is chosen.
     *
     * @param chosen its number; -1 if none is
     * @param rows how many there may be
     */
    static List<Row> menu(List<Item> items, int chosen, int columns, int rows) {
        int most = Math.min(MOST_ITEMS, Math.max(1, rows));
        int from = Math.max(0, Math.min(chosen - most / 2, items.size() - most));
        int to = Math.min(items.size(), from + most);
        int width =
                items.subList(from, to).stream()
                        .mapToInt(it -> Math.min(LONGEST_NAME, it.insert().length()))
                        .max()
                        .orElse(0);
        List<Row> shown = new ArrayList<>();
        String group = "";
        boolean hasHeadings =
                items.subList(from, to).stream().map(Item::group).distinct().count() + to - from
                        <= rows;
        for (int i = from; i < to; i++) {
            Item item = items.get(i);
            if (hasHeadings && !item.group().equals(group)) {
                group = item.group();
                shown.add(new Row(Look.HEADING, cut(group, columns)));
            }
            String name = item.insert() + " ".repeat(Math.max(0, width - item.insert().length()));
            String text = (i == chosen ? "› " : "  ") + name + "  " + item.help();
            shown.add(new Row(i == chosen ? Look.CHOSEN : Look.PLAIN, cut(text, columns)));
        }
        if (to - from < items.size()) {
            shown.add(
                    new Row(
                            Look.FAINT,
                            cut(
                                    "  %d to %d of %d".formatted(from + 1, to, items.size()),
                                    columns)));
        }
        return shown;
    }

    /** A text in as few columns. */
    static String cut(String text, int columns) {
        int most = Math.max(1, columns - 1);
        String line = text.stripTrailing();
        return line.length() <= most ? line : line.substring(0, Math.max(0, most - 1)) + "…";
    }

    /** The same over several lines. */
    static List<String> wrapped(String text, int columns) {
        int most = Math.max(10, columns - 1);
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > most) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(cut(line.toString(), columns));
        return lines;
    }
}
