package dev.culvert.settings;

/**
 * Where a value was set: a line in a file, a flag, an environment variable.
 *
 * @param line from 1; 0 if there are no lines
 */
public record Position(String name, int line, int column) implements Comparable<Position> {
    /** One without lines, such as {@code flag --http}. */
    public static Position of(String name) {
        return new Position(name, 0, 0);
    }

    @Override
    public int compareTo(Position other) {
        int names = name.compareTo(other.name);
        int lines = Integer.compare(line, other.line);
        return names != 0 ? names : lines != 0 ? lines : Integer.compare(column, other.column);
    }

    @Override
    public String toString() {
        return line == 0 ? name : name + ":" + line + ":" + column;
    }
}
