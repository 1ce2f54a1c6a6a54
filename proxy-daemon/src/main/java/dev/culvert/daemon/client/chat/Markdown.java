package dev.culvert.daemon.client.chat;

import dev.culvert.io.Quoted;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the Markdown of an answer readable on a terminal, piece by piece as it comes. Nothing in
 * the answer can move the cursor: its control characters are shown.
 */
/* The kind of a line is known after its first few characters; they wait for that. Inside of a line, only what may still
 * become emphasis or code waits: "*args" is shown as it is once the line has ended without a second star. */
final class Markdown {
    static final String STRONG = "\u001B[1m";
    private static final String QUOTE = "\u001B[2m│\u001B[22m ";
    private static final String BULLET = "•";
    private static final String RULE = "────────────────";

    /** A line whose kind is not clear after so many characters is one of text, or of code. */
    private static final int MOST_OF_START = 200;

    /** What may still become the mark of a line. */
    private static final Pattern UNDECIDED =
            Pattern.compile("[ \\t]*(#{1,6}|[-*_+ ]+|`{1,2}|`{3,}[^`]*|~+[^~]*|>)?");

    private static final Pattern FENCE = Pattern.compile(" {0,3}(`{3,}|~{3,})[^`]*");
    private static final Pattern HEADING = Pattern.compile(" {0,3}#{1,6} +");
    private static final Pattern ITEM = Pattern.compile("([ \\t]*)[-*+] +(?! )");
    private static final Pattern QUOTED = Pattern.compile("[ \\t]*> ?");

    private final Consumer<String> out;

    /** Of the line, as long as its kind is not known. */
    private StringBuilder start = new StringBuilder();

    private boolean inLine;
    private Spans spans = new Spans("");

    /** What closes the block of code; empty outside of one. */
    private String fence = "";

    /** Half of a pair, or of a line's end. */
    private String held = "";

    /**
     * @param out takes text with the escapes of styles
     */
    Markdown(Consumer<String> out) {
        this.out = out;
    }

    void piece(String text) {
        String all = held + text;
        int end = all.length();
        if (end > 0
                && (all.charAt(end - 1) == '\r'
                        || Character.isHighSurrogate(all.charAt(end - 1)))) {
            end--;
        }
        held = all.substring(end);
        StringBuilder ready = new StringBuilder();
        String quoted = Quoted.lines(all.substring(0, end).replace("\r\n", "\n"));
        quoted.chars().forEach(c -> next((char) c, ready));
        if (inLine && fence.isEmpty()) {
            ready.append(spans.ready());
        }
        tell(ready);
    }

    /** Something else is shown in the middle of the answer: nothing of it waits any longer. */
    void pause() {
        StringBuilder rest = new StringBuilder();
        if (!fence.isEmpty()) {
            inLine |= !start.isEmpty();
            rest.append(start);
            start.setLength(0);
        } else {
            if (!inLine && !start.isEmpty()) {
                decide(rest);
            }
            rest.append(spans.rest());
            spans = new Spans("");
        }
        tell(rest);
    }

    /** The answer is over. */
    void end() {
        StringBuilder rest = new StringBuilder();
        String last = Quoted.lines(held);
        held = "";
        last.chars().forEach(c -> next((char) c, rest));
        if (!fence.isEmpty()) {
            rest.append(isEndOfCode() ? "" : start);
        } else if (!inLine && !start.isEmpty()) {
            decide(rest);
        }
        rest.append(spans.rest());
        tell(rest);
        start = new StringBuilder();
        inLine = false;
        fence = "";
        spans = new Spans("");
    }

    private void tell(StringBuilder ready) {
        if (!ready.isEmpty()) {
            out.accept(ready.toString());
        }
    }

    private void next(char c, StringBuilder ready) {
        if (!fence.isEmpty()) {
            code(c, ready);
        } else if (inLine) {
            inLine(c, ready);
        } else if (c == '\n') {
            wholeLine(ready);
        } else {
            start.append(c);
            if (start.length() > MOST_OF_START || !UNDECIDED.matcher(start).matches()) {
                decide(ready);
            }
        }
    }

    /* Lines of code are printed as they are, so that they can be copied; the fences are left out. */
    private void code(char c, StringBuilder ready) {
        if (inLine) {
            ready.append(c);
            inLine = c != '\n';
            return;
        }
        if (c == '\n') {
            if (isEndOfCode()) {
                fence = "";
            } else {
                ready.append(start).append('\n');
            }
            start.setLength(0);
            return;
        }
        start.append(c);
        String stripped = start.toString().strip();
        boolean isLine =
                start.length() > MOST_OF_START
                        || !stripped.chars().allMatch(it -> it == fence.charAt(0));
        if (isLine) {
            ready.append(start);
            start.setLength(0);
            inLine = true;
        }
    }

    private boolean isEndOfCode() {
        return start.toString().strip().startsWith(fence);
    }

    private void inLine(char c, StringBuilder ready) {
        if (c == '\n') {
            ready.append(spans.rest()).append('\n');
            newLine();
        } else {
            spans.add(c);
            if (spans.isLong()) {
                ready.append(spans.ready());
            }
        }
    }

    private void newLine() {
        inLine = false;
        start.setLength(0);
        spans = new Spans("");
    }

    /** A line whose kind only its end decides. */
    private void wholeLine(StringBuilder ready) {
        Matcher opening = FENCE.matcher(start);
        if (opening.matches()) {
            fence = opening.group(1);
            start.setLength(0);
        } else if (isRule(start)) {
            ready.append(RULE).append('\n');
            newLine();
        } else {
            decide(ready);
            inLine('\n', ready);
        }
    }

    /** Three or more of one mark, with blanks between them. */
    private static boolean isRule(CharSequence line) {
        int from = 0;
        while (from < line.length() && line.charAt(from) == ' ') {
            from++;
        }
        if (from == line.length() || from > 3 || "-*_".indexOf(line.charAt(from)) < 0) {
            return false;
        }
        char mark = line.charAt(from);
        return line.chars().allMatch(c -> c == mark || c == ' ')
                && line.chars().filter(c -> c == mark).count() >= 3;
    }

    private void decide(StringBuilder ready) {
        String text = start.toString();
        inLine = true;
        Matcher heading = HEADING.matcher(text);
        Matcher item = ITEM.matcher(text);
        Matcher quoted = QUOTED.matcher(text);
        if (heading.lookingAt()) {
            spans = new Spans(STRONG);
            spans.add(text.substring(heading.end()));
        } else if (item.lookingAt()) {
            ready.append(item.group(1)).append(BULLET).append(' ');
            spans.add(text.substring(item.end()));
        } else if (quoted.lookingAt()) {
            ready.append(QUOTE);
            spans.add(text.substring(quoted.end()));
        } else {
            spans.add(text);
        }
    }
}
