package dev.culvert.daemon.client.chat;

import java.util.HashSet;
import java.util.Set;

/** The text of one line: what is emphasised and what is code in it. */
final class Spans {
    /** After so many characters, a mark that is not closed is a mark no more. */
    private static final int MOST = 2_000;

    private static final String RESET = "\u001B[0m";

    private final String base;
    private final StringBuilder waiting = new StringBuilder();
    private char before = '\n';
    private boolean begun;

    /**
     * @param base the style of the whole line; may be empty
     */
    Spans(String base) {
        this.base = base;
    }

    void add(char c) {
        waiting.append(c);
    }

    void add(String text) {
        waiting.append(text);
    }

    /** Whether so much waits that {@link #ready} would take some of it in any case. */
    boolean isLong() {
        return waiting.length() > MOST;
    }

    String ready() {
        String certain = take(false);
        return isLong() ? certain + take(true) : certain;
    }

    /** All that is left: the line is over. */
    String rest() {
        String rest = take(true);
        return base.isEmpty() || !begun ? rest : rest + RESET;
    }

    private String take(boolean isOver) {
        StringBuilder ready = new StringBuilder();
        int taken = scan(waiting.toString(), isOver, ready);
        waiting.delete(0, taken);
        if (ready.isEmpty()) {
            return "";
        }
        String first = begun ? "" : base;
        begun = true;
        return first + ready;
    }

    /** Appends what is certain, and returns how many characters that were. */
    private int scan(String text, boolean isOver, StringBuilder ready) {
        Set<String> unclosed = new HashSet<>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            int next =
                    switch (c) {
                        case '`' -> code(text, at, isOver, ready);
                        case '*', '_' -> emphasis(text, at, isOver, unclosed, ready);
                        case '\\' -> escape(text, at, isOver, ready);
                        default -> literal(text, at, 1, ready);
                    };
            if (next == at) {
                return at;
            }
            at = next;
        }
        return at;
    }

    private int literal(String text, int at, int length, StringBuilder ready) {
        ready.append(text, at, at + length);
        before = text.charAt(at + length - 1);
        return at + length;
    }

    private int escape(String text, int at, boolean isOver, StringBuilder ready) {
        if (at + 1 == text.length()) {
            return isOver ? literal(text, at, 1, ready) : at;
        }
        boolean isMark = "\\`*_{}[]()#+-.!<>|~".indexOf(text.charAt(at + 1)) >= 0;
        return isMark ? literal(text, at + 1, 1, ready) : literal(text, at, 1, ready);
    }

    private int code(String text, int at, boolean isOver, StringBuilder ready) {
        int run = run(text, at);
        int from = at + run;
        if (from == text.length() && !isOver) {
            return at;
        }
        for (int i = from; i < text.length(); ) {
            int length = text.charAt(i) == '`' ? run(text, i) : 0;
            if (length == run) {
                if (i + run == text.length() && !isOver) {
                    return at;
                }
                ready.append("\u001B[36m").append(text, from, i).append("\u001B[39m");
                before = '`';
                return i + run;
            }
            i += Math.max(1, length);
        }
        return isOver ? literal(text, at, run, ready) : at;
    }

    /* A mark that nothing closes is not closed for a later one either: it is looked for once. */
    private int emphasis(
            String text, int at, boolean isOver, Set<String> unclosed, StringBuilder ready) {
        char mark = text.charAt(at);
        int run = run(text, at);
        int from = at + run;
        if (from == text.length()) {
            return isOver ? literal(text, at, run, ready) : at;
        }
        boolean opens =
                run <= 3
                        && !Character.isWhitespace(text.charAt(from))
                        && (mark == '*' || !Character.isLetterOrDigit(before));
        if (!opens) {
            return literal(text, at, run, ready);
        }
        String marks = text.substring(at, from);
        int close = unclosed.contains(marks) ? -1 : close(text, from, mark, run, isOver);
        if (close < 0) {
            unclosed.add(marks);
            return isOver ? literal(text, at, run, ready) : at;
        }
        ready.append(run == 2 ? Markdown.STRONG : run == 1 ? "\u001B[3m" : "\u001B[1;3m");
        before = mark;
        scan(text.substring(from, close), true, ready);
        ready.append("\u001B[22;23m").append(base);
        before = mark;
        return close + run;
    }

    /** Where the emphasis ends; -1 if that is not known. */
    private static int close(String text, int from, char mark, int run, boolean isOver) {
        for (int i = from; i < text.length(); ) {
            if (text.charAt(i) != mark) {
                i++;
                continue;
            }
            int length = run(text, i);
            boolean isLast = i + length == text.length();
            boolean closes =
                    length == run
                            && i > from
                            && !Character.isWhitespace(text.charAt(i - 1))
                            && (isLast ? isOver : true)
                            && (mark == '*'
                                    || isLast
                                    || !Character.isLetterOrDigit(text.charAt(i + length)));
            if (closes) {
                return i;
            }
            i += length;
        }
        return -1;
    }

    private static int run(String text, int at) {
        int end = at;
        while (end < text.length() && text.charAt(end) == text.charAt(at)) {
            end++;
        }
        return end - at;
    }
}
