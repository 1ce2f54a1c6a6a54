package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.console.Below.Look;
import dev.culvert.daemon.client.console.Below.Row;
import dev.culvert.daemon.client.console.Suggestions.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is below a prompt: the menu and what is chosen in it, a mistake, or the keys. */
final class Menu {
    /** No line is this one. */
    private static final String NONE = "\0";

    private static final int NOTHING = -1;

    private final MenuReader.Brain brain;
    private int chosen = NOTHING;
    private String closedFor = NONE;
    private String wrongFor = NONE;
    private String wrong = "";
    private boolean showsKeys;
    private String before = "";

    Menu(MenuReader.Brain brain) {
        this.brain = brain;
    }

    /** The line is this one now: what was chosen for another one is no longer. */
    void at(String text) {
        if (!text.equals(before)) {
            before = text;
            chosen = NOTHING;
            showsKeys = showsKeys && text.isEmpty();
        }
    }

    /** A new line begins. */
    void reset() {
        close(NONE);
        before = "";
    }

    /** Closes it for this line. */
    void close(String text) {
        closedFor = text;
        wrongFor = NONE;
        showsKeys = false;
        chosen = NOTHING;
    }

    boolean isClosed(String text) {
        return text.equals(closedFor);
    }

    boolean isChosen() {
        return chosen != NOTHING;
    }

    void toggleKeys() {
        showsKeys = !showsKeys;
    }

    void isWrong(String text, String sentence) {
        wrong = sentence;
        wrongFor = text;
    }

    /** What there is to choose from. */
    List<Item> items(String text) {
        return isClosed(text) ? List.of() : brain.suggestions(text).items();
    }

    /**
     * Chooses the next, or the one before; nothing before the first.
     *
     * @return false if there is nothing to choose in that direction
     */
    boolean move(String text, int by) {
        List<Item> items = text.isEmpty() ? List.of() : items(text);
        if (items.isEmpty() || (by < 0 && chosen < 0)) {
            return false;
        }
        chosen = Math.max(NOTHING, Math.min(items.size() - 1, chosen + by));
        return true;
    }

    /**
     * The line after Tab: with what is chosen, or as far as all that is offered begins alike. Empty
     * if it stays, and something is chosen from now on, or there is nothing.
     */
    Optional<String> completed(String text) {
        List<Item> items = items(text);
        if (items.isEmpty()) {
            closedFor = NONE;
            return Optional.empty();
        }
        if (chosen >= 0 || items.size() == 1) {
            return Optional.of(taken(text));
        }
        String common = common(items);
        int start = brain.suggestions(text).start();
        if (common.length() > text.length() - start) {
            return Optional.of(text.substring(0, start) + common);
        }
        chosen = 0;
        return Optional.empty();
    }

    /** The line with what is chosen, or with the first. */
    String taken(String text) {
        List<Item> items = items(text);
        Item item = items.get(Math.max(0, Math.min(chosen, items.size() - 1)));
        chosen = NOTHING;
        return text.substring(0, brain.suggestions(text).start())
                + item.insert()
                + (item.insert().endsWith("/") ? "" : " ");
    }

    private static String common(List<Item> items) {
        String common = items.getFirst().insert();
        for (Item item : items) {
            int same = 0;
            String other = item.insert();
            while (same < Math.min(common.length(), other.length())
                    && common.charAt(same) == other.charAt(same)) {
                same++;
            }
            common = common.substring(0, same);
        }
        return common;
    }

    /**
     * How it looks.
     *
     * @param atEnd whether the cursor is at the end of the line
     * @param rows how many there may be, above the status line
     */
    List<Row> rows(String text, boolean atEnd, int columns, int rows) {
        List<Row> shown = new ArrayList<>();
        if (showsKeys) {
            HelpPages.KEYS.forEach(it -> shown.add(new Row(Look.PLAIN, Below.cut(it, columns))));
        } else if (text.equals(wrongFor)) {
            Below.wrapped(wrong, columns).forEach(it -> shown.add(new Row(Look.WRONG, it)));
        } else if (atEnd) {
            shown.addAll(Below.menu(items(text), chosen, columns, rows));
        }
        shown.add(new Row(Look.FAINT, Below.cut(brain.status(), columns)));
        return shown;
    }
}
