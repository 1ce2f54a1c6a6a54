package dev.culvert.about;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that someone may have meant. */
public final class Spelling {
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

    /** Levenshtein's distance: how many letters to insert, remove or change. */
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] here = new int[to.length() + 1];
            here[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int change = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
                here[column] =
                        Math.min(
                                above[column - 1] + change,
                                1 + Math.min(above[column], here[column - 1]));
            }
            above = here;
        }
        return above[to.length()];
    }
}
