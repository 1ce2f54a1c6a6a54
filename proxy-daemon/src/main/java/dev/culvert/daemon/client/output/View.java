package dev.culvert.daemon.client.output;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How values of one kind are shown.
 *
 * @param name what {@code --output name} prints of each
 * @param columns of the table
 */
public record View(Function<Value, String> name, List<Column> columns) {
    /** With one more column. */
    public View with(Column column) {
        List<Column> more = new ArrayList<>(columns);
        more.add(column);
        return new View(name, List.copyOf(more));
    }

    public static View of(String nameMember, Column... columns) {
        return new View(value -> value.text(nameMember), List.of(columns));
    }
}
