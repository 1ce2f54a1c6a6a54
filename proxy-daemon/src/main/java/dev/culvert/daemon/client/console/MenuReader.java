package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.console.Below.Look;
import dev.culvert.daemon.client.console.Below.Row;
import dev.culvert.daemon.client.console.Suggestions.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.LineReader;
import org.jline.reader.Reference;
import org.jline.reader.Widget;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jline.utils.InfoCmp.Capability;

/**
 * Reads lines with a menu below them. All methods but {@link #redraw} are for the thread that
 * reads.
 */
final class MenuReader extends LineReaderImpl {
    /** After an Esc, so long is waited for the rest of a key. */
    private static final long ESCAPE_MILLIS = 100;

    private static final AttributedStyle FAINT = AttributedStyle.DEFAULT.faint();
    private static final AttributedStyle WRONG =
            AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);

    private final Supplier<AttributedString> mine = this::below;
    private final Brain brain;
    private final boolean isDumb;
    private int chosen = -1;
    private String closedFor = "\0";
    private String wrongFor = "\0";
    private String wrong = "";
    private boolean showsKeys;
    private boolean drawn;
    private boolean shown;
    private boolean finishing;
    private String textBefore = "";

    /** What it knows of the language. */
    interface Brain {
        Suggestions suggestions(String text);

        /** What is wrong with a line. */
        Optional<String> mistake(String text);

        /** Changes the mode; returns the prompt. */
        String nextMode();

        /** The line at the bottom. */
        String status();

        /** The first prompt is there: what takes time may begin. */
        void shown();
    }

    MenuReader(Terminal terminal, Brain brain) {
        super(terminal, "culvert", new HashMap<>());
        this.brain = brain;
        isDumb = terminal.getType().startsWith(Terminal.TYPE_DUMB);
    }

    /** Binds the keys; once. */
    MenuReader bound() {
        setVariable(LineReader.AMBIGUOUS_BINDING, ESCAPE_MILLIS);
        setAutosuggestion(SuggestionType.TAIL_TIP);
        bind("culvert-mode", this::nextMode, "\u001B[Z", key(Capability.key_btab));
        if (!isDumb) {
            bind("culvert-take", this::take, "\t");
            bind("culvert-enter", this::enter, "\r", "\n");
            bind("culvert-up", this::up, "\u001B[A", "\u001BOA", key(Capability.key_up));
            bind("culvert-down", this::down, "\u001B[B", "\u001BOB", key(Capability.key_down));
            bind("culvert-keys", this::keys, "?");
            bind("culvert-close", this::closeMenu, "\u001B");
        }
        return this;
    }

    private String key(Capability capability) {
        String key = KeyMap.key(getTerminal(), capability);
        return key == null ? "" : key;
    }

    private void bind(String name, Widget widget, String... keys) {
        getWidgets().put(name, widget);
        KeyMap<Binding> map = getKeyMaps().get(LineReader.EMACS);
        for (String key : keys) {
            if (map != null && !key.isEmpty()) {
                map.bind(new Reference(name), key);
            }
        }
    }

    private String text() {
        return buf.toString();
    }

    private boolean atEnd() {
        return buf.cursor() == buf.length();
    }

    private List<Item> items() {
        return !atEnd() || text().equals(closedFor) ? List.of() : brain.suggestions(text()).items();
    }

    private boolean nextMode() {
        setPrompt(brain.nextMode());
        return true;
    }

    /** Takes what is chosen, or the first; with only one beginning for all, that. */
    private boolean take() {
        List<Item> items = items();
        if (items.isEmpty()) {
            closedFor = "\0";
            return true;
        }
        if (chosen < 0 && items.size() > 1) {
            String common = common(items);
            Suggestions now = brain.suggestions(text());
            if (common.length() > text().length() - now.start()) {
                replace(now.start(), common);
            } else {
                chosen = 0;
            }
            return true;
        }
        take(items);
        return true;
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

    private void take(List<Item> items) {
        Item item = items.get(Math.max(0, Math.min(chosen, items.size() - 1)));
        replace(
                brain.suggestions(text()).start(),
                item.insert().endsWith("/") ? item.insert() : item.insert() + " ");
        chosen = -1;
    }

    private void replace(int start, String word) {
        String kept = text().substring(0, start);
        buf.clear();
        buf.write(kept + word);
    }

    private boolean enter() {
        if (text().startsWith("/") && atEnd() && !text().equals(closedFor)) {
            List<Item> items = items();
            boolean isUnknown = brain.mistake(text()).isPresent();
            if (!items.isEmpty() && (chosen >= 0 || isUnknown)) {
                take(items);
                if (brain.mistake(text().strip()).isPresent()) {
                    return true;
                }
            }
        }
        Optional<String> mistake = brain.mistake(text());
        if (mistake.isPresent()) {
            wrong = mistake.get();
            wrongFor = text();
            return true;
        }
        return acceptLine();
    }

    private boolean up() {
        return move(-1);
    }

    private boolean down() {
        return move(1);
    }

    private boolean move(int by) {
        List<Item> items = text().isEmpty() ? List.of() : items();
        if (items.isEmpty() || (by < 0 && chosen < 0)) {
            boolean moved = by < 0 ? upLineOrHistory() : downLineOrHistory();
            closedFor = text();
            return moved;
        }
        chosen = Math.max(-1, Math.min(items.size() - 1, chosen + by));
        return true;
    }

    private boolean keys() {
        if (buf.length() > 0) {
            return selfInsert();
        }
        showsKeys = !showsKeys;
        return true;
    }

    private boolean closeMenu() {
        closedFor = text();
        wrongFor = "\0";
        showsKeys = false;
        chosen = -1;
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // another supplier is that of a search
    @Override
    protected void redisplay(boolean flush) {
        lock.lock();
        try {
            if (!isDumb) {
                if (!text().equals(textBefore)) {
                    textBefore = text();
                    chosen = -1;
                    showsKeys = showsKeys && textBefore.isEmpty();
                }
                boolean isShown = !finishing && (post == null || post == mine);
                if (isShown) {
                    post = mine;
                }
                setTailTip(isShown && atEnd() ? brain.suggestions(text()).hint() : "");
            }
            super.redisplay(flush);
            drawn = !finishing;
            if (!shown) {
                shown = true;
                getTerminal().flush();
                brain.shown();
            }
        } finally {
            lock.unlock();
        }
    }

    /* Which it does whenever it shows a hint. */
    @Override
    protected boolean clearChoices() {
        boolean cleared = super.clearChoices();
        if (!isDumb && !finishing) {
            post = mine;
        }
        return cleared;
    }

    @Override
    protected void cleanup() {
        lock.lock();
        try {
            finishing = true;
            post = null;
            super.cleanup();
            drawn = false;
            closedFor = "\0";
            wrongFor = "\0";
            textBefore = "";
            chosen = -1;
            showsKeys = false;
        } finally {
            finishing = false;
            lock.unlock();
        }
    }

    /** Shows what has changed below the prompt, if there is one. Safe for all threads. */
    void redraw() {
        lock.lock();
        try {
            if (drawn && !isDumb) {
                redisplay(true);
            }
        } finally {
            lock.unlock();
        }
    }

    private AttributedString below() {
        int columns = Math.max(20, size.getColumns());
        int rows = size.getRows() <= 0 ? Below.MOST_ITEMS : size.getRows() - 4;
        List<Row> shown = new ArrayList<>();
        if (showsKeys) {
            OwnCommands.KEYS.forEach(it -> shown.add(new Row(Look.PLAIN, Below.cut(it, columns))));
        } else if (text().equals(wrongFor)) {
            Below.wrapped(wrong, columns).forEach(it -> shown.add(new Row(Look.WRONG, it)));
        } else {
            shown.addAll(Below.menu(items(), chosen, columns, rows));
        }
        shown.add(new Row(Look.FAINT, Below.cut(brain.status(), columns)));
        AttributedStringBuilder all = new AttributedStringBuilder();
        for (Row row : shown) {
            if (!all.isEmpty()) {
                all.append("\n");
            }
            all.styled(style(row.look()), row.text());
        }
        return all.toAttributedString();
    }

    private static AttributedStyle style(Look look) {
        return switch (look) {
            case PLAIN -> AttributedStyle.DEFAULT;
            case CHOSEN -> AttributedStyle.DEFAULT.bold();
            case WRONG -> WRONG;
            case FAINT -> FAINT;
        };
    }
}
