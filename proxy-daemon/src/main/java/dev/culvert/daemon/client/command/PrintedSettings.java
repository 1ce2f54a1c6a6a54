package dev.culvert.daemon.client.command;

import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what {@code culvertd serve --print-config} prints: JSON on lines of their own, each with a
 * comment that names its source if the value is no default.
 */
final class PrintedSettings {
    private static final Pattern OBJECT = Pattern.compile("\"([a-z_]+)\": \\{");
    private static final Pattern LIST = Pattern.compile("\"([a-z_]+)\": \\[");
    private static final Pattern VALUE = Pattern.compile("\"([a-z_]+)\": (.*)");
    private static final Pattern END = Pattern.compile("[}\\]],?( // .*)?");
    private static final String SOURCE = " // ";

    /** What we are in: the name of a section, or of a list with the number of its next element. */
    private record Level(String path, boolean isList, int next) {}

    private final Deque<Level> levels = new ArrayDeque<>();
    private final List<Value> rows = new ArrayList<>();

    private PrintedSettings() {}

    /**
     * Each setting: {@code key}, {@code value}, and {@code from}, which is nothing for a default.
     */
    static List<Value> rows(String printed) throws BadValueException {
        PrintedSettings reader = new PrintedSettings();
        for (String line : printed.lines().map(String::strip).toList()) {
            reader.line(line);
        }
        return reader.rows;
    }

    private void line(String line) throws BadValueException {
        Matcher object = OBJECT.matcher(line);
        Matcher list = LIST.matcher(line);
        Matcher value = VALUE.matcher(line);
        if (line.isEmpty() || line.startsWith("//")) {
            return;
        }
        if (object.matches()) {
            levels.push(new Level(path(object.group(1)), false, 0));
        } else if (list.matches()) {
            levels.push(new Level(path(list.group(1)), true, 0));
        } else if (line.equals("{")) {
            begin();
        } else if (END.matcher(line).matches()) {
            levels.poll();
        } else if (value.matches()) {
            add(path(value.group(1)), value.group(2));
        }
    }

    /** An element of a list, or the whole. */
    private void begin() {
        Level in = levels.peek();
        if (in == null || !in.isList) {
            levels.push(new Level("", false, 0));
            return;
        }
        levels.pop();
        levels.push(new Level(in.path, true, in.next + 1));
        levels.push(new Level(in.path + "[" + in.next + "]", false, 0));
    }

    private String path(String key) {
        Level in = levels.peek();
        return in == null || in.path.isEmpty() ? key : in.path + "." + key;
    }

    private void add(String key, String text) throws BadValueException {
        int at = text.lastIndexOf(SOURCE);
        if (at >= 0) {
            try {
                row(key, text.substring(0, at), Value.of(text.substring(at + SOURCE.length())));
                return;
            } catch (BadValueException _) {
                // the value itself contains two slashes
            }
        }
        row(key, text, Value.nothing());
    }

    private void row(String key, String json, Value from) throws BadValueException {
        Value value = Value.parse(json.replaceFirst(",\\s*$", ""));
        rows.add(Value.members("key", key, "value", value, "from", from));
    }
}
