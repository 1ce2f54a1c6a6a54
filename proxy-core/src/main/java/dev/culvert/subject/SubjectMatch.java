package dev.culvert.subject;

import dev.culvert.io.Quoted;
import java.util.List;

/**
 * Which subjects somebody wants: a subject in which a part may be {@code *}, which stands for any
 * one part, and the last may be {@code >}, which stands for one or more.
 *
 * <p>A wildcard at the beginning does not stand for {@code inbox}: whoever follows everything gets
 * no replies to others.
 */
public final class SubjectMatch {
    private static final String ANY = "*";
    private static final String REST = ">";

    private final String text;
    private final List<String> tokens;

    private SubjectMatch(String text, List<String> tokens) {
        this.text = text;
        this.tokens = tokens;
    }

    /**
     * Reads a match.
     *
     * @throws IllegalArgumentException one sentence, when it is malformed
     */
    public static SubjectMatch of(String text) {
        List<String> tokens = List.of(text.split("\\.", -1));
        boolean isWellFormed = text.length() <= Subject.MOST_CHARACTERS;
        for (int i = 0; i < tokens.size(); i++) {
            isWellFormed &= isToken(tokens.get(i), i == tokens.size() - 1);
        }
        if (!isWellFormed) {
            throw new IllegalArgumentException(
                    "'"
                            + Quoted.word(text)
                            + "' matches no subject: give a subject such as build.done, in which *"
                            + " stands for one part and > at the end for all that follow");
        }
        return new SubjectMatch(text, tokens);
    }

    private static boolean isToken(String token, boolean isLast) {
        return token.equals(ANY)
                || (isLast && token.equals(REST))
                || (!token.isEmpty() && token.chars().allMatch(c -> Subject.isOfAToken((char) c)));
    }

    public boolean matches(Subject subject) {
        String name = subject.text();
        int from = 0;
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            if (from > name.length()) {
                return false; // the subject has fewer parts
            }
            boolean isWild = token.equals(ANY) || token.equals(REST);
            if (isWild && i == 0 && subject.isInbox()) {
                return false;
            }
            if (token.equals(REST)) {
                return true;
            }
            int dot = name.indexOf('.', from);
            int to = dot < 0 ? name.length() : dot;
            if (!isWild && (to - from != token.length() || !name.startsWith(token, from))) {
                return false;
            }
            from = to + 1;
        }
        return from > name.length();
    }

    /** Whether it can stand for nothing but subjects to which replies go. */
    public boolean isOfInboxes() {
        return tokens.getFirst().equals(Subject.INBOX);
    }

    @Override
    public String toString() {
        return text;
    }
}
