package dev.culvert.settings;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints settings as a commented file, which says where each value comes from that is no default.
 */
final class SettingsPrinter {
    private final StringBuilder text =
            new StringBuilder("// The settings in force. What is no default says who set it.\n");

    String print(Section root) {
        members(root, "");
        return text.append('\n').toString();
    }

    private void members(Section section, String indent) {
        String inner = indent + "  ";
        text.append("{\n");
        Iterator<Map.Entry<String, Entry>> entries = section.entries().entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Entry> entry = entries.next();
            text.append(inner).append(Node.quote(entry.getKey())).append(": ");
            String comma = entries.hasNext() ? "," : "";
            switch (entry.getValue()) {
                case Entry.Value value -> {
                    text.append(value.json()).append(comma);
                    comment(value.position(), value.secret() ? ", not shown" : "");
                }
                case Entry.Child child -> {
                    members(child.section(), inner);
                    text.append(comma).append('\n');
                }
                case Entry.Children children -> {
                    items(children, inner);
                    text.append(comma);
                    comment(children.position(), "");
                }
            }
        }
        text.append(indent).append('}');
    }

    private void items(Entry.Children children, String indent) {
        text.append('[');
        String separator = "\n";
        for (Section section : children.kept()) {
            text.append(separator).append(indent).append("  ");
            members(section, indent + "  ");
            separator = ",\n";
        }
        text.append(children.kept().isEmpty() ? "]" : "\n" + indent + "]");
    }

    private void comment(@Nullable Position position, String more) {
        text.append(position == null ? "" : " // " + position + more).append('\n');
    }
}
