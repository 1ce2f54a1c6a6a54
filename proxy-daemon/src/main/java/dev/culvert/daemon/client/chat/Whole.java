package dev.culvert.daemon.client.chat;

import java.util.List;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.Parser;

/** What was typed, as one word: nothing in it has a meaning, but a backslash at its end. */
record Whole(String line, int cursor) implements CompletingParsedLine {
    /** A line that ends with a backslash goes on. */
    static final Parser PARSER =
            (line, cursor, context) -> {
                if (context == Parser.ParseContext.ACCEPT_LINE && line.endsWith("\\")) {
                    throw new EOFError(-1, -1, "the line goes on");
                }
                return new Whole(line, cursor);
            };

    @Override
    public String word() {
        return line;
    }

    @Override
    public int wordCursor() {
        return cursor;
    }

    @Override
    public int wordIndex() {
        return 0;
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
        return candidate;
    }

    @Override
    public int rawWordCursor() {
        return cursor;
    }

    @Override
    public int rawWordLength() {
        return line.length();
    }

    @Override
    public List<String> words() {
        return List.of(line);
    }
}
