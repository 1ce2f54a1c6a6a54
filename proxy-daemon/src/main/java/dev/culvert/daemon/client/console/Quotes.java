package dev.culvert.daemon.client.console;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of a line, as a shell splits them: quotes and backslashes keep blanks, and nothing else
 * has a meaning.
 *
 * @param words without their quotes; the last one is being typed if the line does not end after it
 * @param open the quote that is not closed; 0 if there is none
 * @param start where in the line the last word begins; its length if a blank comes last
 */
record Quotes(List<String> words, char open, int start) {
    static Quotes of(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        int start = line.length();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
                continue;
            }
            if (!inWord) {
                inWord = true;
                start = i;
            }
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
                i++;
                word.append(line.charAt(i));
            } else {
                word.append(c);
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return new Quotes(List.copyOf(words), quote, inWord ? start : line.length());
    }

    /** A word as it is typed so that it stays one. */
    static String quoted(String word) {
        return word.matches("[\\p{Alnum}_@%+=:,./~${}\\[\\]-]+")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }
}
