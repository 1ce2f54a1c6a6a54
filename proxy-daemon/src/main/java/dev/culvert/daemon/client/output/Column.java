package dev.culvert.daemon.client.output;

import dev.culvert.value.Value;
import java.util.function.Function;

/**
 * A column of a table.
 *
 * @param cell the text for a row
 * @param tone the colour of the cell for a row
 * @param isNumber aligned to the right
 */
public record Column(
        String title, Function<Value, String> cell, Function<Value, Tone> tone, boolean isNumber) {

    /** The member {@code name}. */
    public static Column of(String title, String... name) {
        return of(title, value -> value.at(name).text());
    }

    public static Column of(String title, Function<Value, String> cell) {
        return new Column(title, cell, _ -> Tone.PLAIN, false);
    }

    /** A number, below {@code name}. */
    public static Column number(String title, String... name) {
        return number(title, value -> value.at(name).text());
    }

    public static Column number(String title, Function<Value, String> cell) {
        return new Column(title, cell, _ -> Tone.PLAIN, true);
    }

    public Column in(Function<Value, Tone> tones) {
        return new Column(title, cell, tones, isNumber);
    }
}
