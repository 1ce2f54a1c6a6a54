package dev.culvert.daemon.client.output;

import dev.culvert.daemon.client.value.Value;
import java.util.List;
import java.util.function.Function;

/**
 * How values of one kind are shown.
 *
 * @param name what {@code --output name} prints of each
 * @param columns of the table
 */
public record View(Function<Value, String> name, List<Column> columns) {
    public static View of(String nameMember, Column... columns) {
        return new View(value -> value.text(nameMember), List.of(columns));
    }
}
