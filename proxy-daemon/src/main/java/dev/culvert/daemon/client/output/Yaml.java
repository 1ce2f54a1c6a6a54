package dev.culvert.daemon.client.output;

import dev.culvert.value.Value;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes a value as YAML 1.2. Texts are quoted unless no YAML reader can take them for more. */
final class Yaml {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./+-]*");

    /** What some readers take for a truth or for null, in any case. */
    private static final Set<String> WORDS =
            Set.of("true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf");

    private final StringBuilder yaml = new StringBuilder();

    private Yaml() {}

    static String of(Value value) {
        Yaml text = new Yaml();
        text.block(value, 0);
        return text.yaml.toString();
    }

    /** The value as whole lines, each indented by that many blanks. */
    private void block(Value value, int indent) {
        switch (value) {
            case Value.Members(Map<String, Value> members) when !members.isEmpty() ->
                    members.forEach((name, member) -> {
                        blanks(indent);
                        yaml.append(text(name)).append(':');
                        after(member, indent + 2);
                    });
            case Value.Items(List<Value> items) when !items.isEmpty() ->
                    items.forEach(item -> {
                        blanks(indent);
                        yaml.append('-');
                        item(item, indent + 2);
                    });
            default -> {
                blanks(indent);
                yaml.append(scalar(value)).append('\n');
            }
        }
    }

    /** An item of a list: its first line follows the dash. */
    private void item(Value value, int indent) {
        if (isBlock(value)) {
            int start = yaml.length();
            block(value, indent);
            yaml.replace(start, start + indent, " "); // instead of the first line's blanks
        } else {
            yaml.append(' ').append(scalar(value)).append('\n');
        }
    }

    private void after(Value value, int indent) {
        if (isBlock(value)) {
            yaml.append('\n');
            block(value, indent);
        } else {
            yaml.append(' ').append(scalar(value)).append('\n');
        }
    }

    private static boolean isBlock(Value value) {
        return !value.map().isEmpty() || !value.list().isEmpty();
    }

    private static String scalar(Value value) {
        return value instanceof Value.Text(String text) ? text(text) : value.json();
    }

    /** JSON's quotes are YAML's double quotes. */
    private static String text(String text) {
        boolean plain =
                PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT));
        return plain ? text : Value.of(text).json();
    }

    private void blanks(int count) {
        yaml.append(" ".repeat(count));
    }
}
