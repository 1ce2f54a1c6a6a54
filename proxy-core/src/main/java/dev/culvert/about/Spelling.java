package dev.culvert.about;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that someone may have meant. */
public final class Spelling {
    private static final int SHORT_WORD = 5;

    private Spelling() {}

    /** The word nearest to {@code wrong}, if it differs in at most a third of its letters. */
    public static Optional<String> nearest(String wrong, Collection<String> words) {
        return nearest(wrong, words, Math.max(2, wrong.length() / 3));
    }

    /** The word nearest to {@code wrong}, if it differs in at most {@code most} letters. */
    public static Optional<String> nearest(String wrong, Collection<String> words, int most) {
        return words.stream()
                .filter(word -> distance(wrong, word) <= most)
                .min(Comparator.comparingInt(word -> distance(wrong, word)));
    }

    /**
     * The end of an error message that asks for the nearest word, for example {@code ; did you mean
     * show?}; empty if no word is near. Two letters of a short word are most of it, so it may
     * differ in one.
     */
    public static String question(String wrong, Collection<String> words) {
        return nearest(wrong, words, wrong.length() < SHORT_WORD ? 1 : wrong.length() / 3)
                .map(near -> "; did you mean " + near + "?")
                .orElse("");
    }

    /** How many letters to insert, remove or change, or to swap with their neighbours. */
    private static int distance(String from, String to) {
        int[][] distances = new int[from.length() + 1][to.length() + 1];
        for (int row = 0; row <= from.length(); row++) {
            for (int column = 0; column <= to.length(); column++) {
                distances[row][column] =
                        row == 0 || column == 0
                                ? row + column
                                : distance(distances, row, column, from, to);
            }
        }
        return distances[from.length()][to.length()];
    }

    /** Of the first {@code row} letters to the first {@code column}, from those of fewer. */
    private static int distance(int[][] known, int row, int column, String from, String to) {
        char last = from.charAt(row - 1);
        int change = last == to.charAt(column - 1) ? 0 : 1;
        int least =
                Math.min(
                        known[row - 1][column - 1] + change,
                        1 + Math.min(known[row - 1][column], known[row][column - 1]));
        boolean swapped =
                row > 1
                        && column > 1
                        && last == to.charAt(column - 2)
                        && from.charAt(row - 2) == to.charAt(column - 1);
        return swapped ? Math.min(least, known[row - 2][column - 2] + 1) : least;
    }
}
