package dev.culvert.subject;

import dev.culvert.io.Quoted;

/** The name of what is talked about, such as {@code build.done}: tokens separated by dots. */
public record Subject(String text) {
    /** The most characters of a subject, and of a match. */
    public static final int MOST_CHARACTERS = 255;

    /** Whoever is asked about it replies with what came. Both sides know it. */
    public static final Subject ECHO = new Subject("test.echo");

    /** The first token of the subjects to which replies go. */
    static final String INBOX = "inbox";

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException one sentence, when it is malformed
     */
    public Subject {
        if (!isWellFormed(text)) {
            throw new IllegalArgumentException(
                    "'"
                            + Quoted.word(text)
                            + "' is not a subject: a subject has 1 to "
                            + MOST_CHARACTERS
                            + " letters, digits, underscores and hyphens, in parts separated by"
                            + " single dots, such as build.done");
        }
    }

    /**
     * The subject to which the reply to a request goes.
     *
     * @param id letters, digits, underscores and hyphens
     */
    public static Subject inbox(String id) {
        return new Subject(INBOX + "." + id);
    }

    /** Whether replies go to it. */
    public boolean isInbox() {
        return text.startsWith(INBOX)
                && (text.length() == INBOX.length() || text.charAt(INBOX.length()) == '.');
    }

    private static boolean isWellFormed(String text) {
        if (text.isEmpty() || text.length() > MOST_CHARACTERS) {
            return false;
        }
        boolean inToken = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                if (!inToken) {
                    return false;
                }
                inToken = false;
            } else if (isOfAToken(c)) {
                inToken = true;
            } else {
                return false;
            }
        }
        return inToken;
    }

    static boolean isOfAToken(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '-';
    }

    @Override
    public String toString() {
        return text;
    }
}
