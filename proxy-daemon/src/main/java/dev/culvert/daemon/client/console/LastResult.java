package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.value.Value;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code $_} in a line: the JSON of the last result; {@code $_.0.id} is a part of it. */
final class LastResult {
    private static final Pattern USE = Pattern.compile("\\$_((?:\\.[\\w-]+)*)");

    private Value last = Value.nothing();

    void keep(Value result) {
        last = result;
    }

    Value value() {
        return last;
    }

    /**
     * A word with what it stands for.
     *
     * @throws UsageException if there is no such part
     */
    String expand(String word) throws UsageException {
        Matcher use = USE.matcher(word);
        StringBuilder expanded = new StringBuilder();
        while (use.find()) {
            use.appendReplacement(expanded, Matcher.quoteReplacement(part(use.group(1))));
        }
        return use.appendTail(expanded).toString();
    }

    private String part(String path) throws UsageException {
        if (last.isNothing()) {
            throw new UsageException("$_ is empty: no command has found anything yet");
        }
        Value value = last;
        for (String name :
                path.isEmpty() ? List.<String>of() : List.of(path.substring(1).split("\\.", -1))) {
            value = name.matches("\\d{1,6}") ? item(value, Integer.parseInt(name)) : value.at(name);
        }
        if (value.isNothing()) {
            throw new UsageException("the last result has no $_" + path);
        }
        return value.text();
    }

    private static Value item(Value list, int index) {
        List<Value> items = list.list();
        return index < items.size() ? items.get(index) : Value.nothing();
    }
}
