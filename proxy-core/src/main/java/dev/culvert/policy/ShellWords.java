package dev.culvert.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * A command line as people write it, split into words as a POSIX shell does for one simple command.
 * What only a shell can do (pipes, variables, wildcards, redirections) is refused.
 */
public final class ShellWords {
    /** Unquoted, each makes the line more than one simple command. */
    private static final String OF_A_SHELL = "|&;<>()$`*?[~#{\n";

    private final String line;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int at;

    private ShellWords(String line) {
        this.line = line;
    }

    /**
     * The words of a line.
     *
     * @throws IllegalArgumentException if it needs a shell, or ends within a quote
     */
    public static List<String> split(String line) {
        return new ShellWords(line).all();
    }

    private List<String> all() {
        while (at < line.length()) {
            char c = line.charAt(at++);
            switch (c) {
                case ' ', '\t' -> end();
                case '\'' -> quoted();
                case '"' -> doubleQuoted();
                case '\\' -> escaped("");
                default -> plain(c);
            }
        }
        end();
        return List.copyOf(words);
    }

    private void plain(char c) {
        boolean isComment = c == '#' && inWord;
        boolean isHome = c == '~' && inWord;
        boolean isBrace = c == '{' && inWord && !line.substring(at).contains(",");
        if (OF_A_SHELL.indexOf(c) >= 0 && !isComment && !isHome && !isBrace) {
            throw new IllegalArgumentException(
                    "it contains an unquoted '"
                            + (c == '\n' ? "line break" : String.valueOf(c))
                            + "', which needs a shell: quote it, or write sh -c '…'");
        }
        add(c);
    }

    private void quoted() {
        inWord = true;
        int end = line.indexOf('\'', at);
        if (end < 0) {
            throw open('\'');
        }
        word.append(line, at, end);
        at = end + 1;
    }

    private void doubleQuoted() {
        inWord = true;
        while (at < line.length()) {
            char c = line.charAt(at++);
            switch (c) {
                case '"' -> {
                    return;
                }
                case '\\' -> escaped("$`\"\\\n");
                case '$', '`' ->
                        throw new IllegalArgumentException(
                                "it contains '"
                                        + c
                                        + "' in double quotes, which needs a shell: use single"
                                        + " quotes, or write sh -c '…'");
                default -> add(c);
            }
        }
        throw open('"');
    }

    /** In double quotes a backslash is one unless it is before one of {@code special}. */
    private void escaped(String special) {
        if (at == line.length()) {
            throw new IllegalArgumentException("it ends with a backslash: remove it");
        }
        char c = line.charAt(at++);
        if (!special.isEmpty() && special.indexOf(c) < 0) {
            add('\\');
        }
        if (c != '\n') {
            add(c);
        }
    }

    private void add(char c) {
        inWord = true;
        word.append(c);
    }

    private void end() {
        if (inWord) {
            words.add(word.toString());
            word.setLength(0);
            inWord = false;
        }
    }

    private static IllegalArgumentException open(char quote) {
        return new IllegalArgumentException("it ends within a quote: add the second " + quote);
    }
}
