package dev.culvert.config;

import java.util.Comparator;

/**
 * Where a value was said: a place in a file, a flag, a variable of the environment.
 *
 * @param line from 1; 0 where there are no lines
 */
public record Origin(String name, int line, int column) implements Comparable<Origin> {
    private static final Comparator<Origin> ORDER =
            Comparator.comparing(Origin::name)
                    .thenComparingInt(Origin::line)
                    .thenComparingInt(Origin::column);

    /** One without lines, such as {@code flag --http}. */
    public static Origin of(String name) {
        return new Origin(name, 0, 0);
    }

    @Override
    public int compareTo(Origin other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return line == 0 ? name : name + ":" + line + ":" + column;
    }
}
