package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.console.Below.Look;
import dev.culvert.daemon.client.console.Below.Row;
import java.util.HashMap;
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
    private final Menu menu;
    private final boolean isDumb;
    private boolean drawn;
    private boolean shown;
    private boolean finishing;

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
        menu = new Menu(brain);
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

    private boolean nextMode() {
        setPrompt(brain.nextMode());
        return true;
    }

    private boolean take() {
        if (atEnd()) {
            menu.completed(text()).ifPresent(this::replace);
        }
        return true;
    }

    private void replace(String line) {
        buf.clear();
        buf.write(line);
    }

    /* A line that is no command yet becomes what the menu offers first. */
    private boolean enter() {
        if (text().startsWith("/") && atEnd() && !menu.items(text()).isEmpty()) {
            boolean isUnknown = brain.mistake(text()).isPresent();
            if (menu.isChosen() || isUnknown) {
                replace(menu.taken(text()));
                if (brain.mistake(text().strip()).isPresent()) {
                    return true;
                }
            }
        }
        Optional<String> mistake = brain.mistake(text());
        if (mistake.isPresent()) {
            menu.isWrong(text(), mistake.get());
            return true;
        }
        return acceptLine();
    }

    private boolean up() {
        if (!atEnd() || !menu.move(text(), -1)) {
            upLineOrHistory();
            menu.close(text());
        }
        return true;
    }

    private boolean down() {
        if (!atEnd() || !menu.move(text(), 1)) {
            downLineOrHistory();
            menu.close(text());
        }
        return true;
    }

    private boolean keys() {
        if (buf.length() > 0) {
            return selfInsert();
        }
        menu.toggleKeys();
        return true;
    }

    private boolean closeMenu() {
        menu.close(text());
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // another supplier is that of a search
    @Override
    protected void redisplay(boolean flush) {
        lock.lock();
        try {
            if (!isDumb) {
                menu.at(text());
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
            menu.reset();
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
        AttributedStringBuilder all = new AttributedStringBuilder();
        for (Row row : menu.rows(text(), atEnd(), columns, rows)) {
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
            case CHOSEN, HEADING -> AttributedStyle.DEFAULT.bold();
            case WRONG -> WRONG;
            case FAINT -> FAINT;
        };
    }
}
