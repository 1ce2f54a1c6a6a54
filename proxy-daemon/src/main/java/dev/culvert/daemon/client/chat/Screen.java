package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.http.EventReader.Event;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;

/** Where a conversation is shown: the answer as it comes, and what happens beside it. */
public final class Screen {
    private static final View EVENT =
            View.of("id", Column.of("EVENT", "event"), Column.of("DATA", "data"));

    /**
     * What is shown besides the answer.
     *
     * @param trace each call of a tool and its result
     * @param debug the head of each event
     */
    public record Detail(boolean trace, boolean debug) {}

    private final Output output;
    private final Detail detail;
    private final Markdown markdown;
    private final boolean rendered;
    private boolean ownLine = true;
    private boolean muted;

    /**
     * @param rendered whether Markdown becomes readable; else the answer stays as it is
     */
    Screen(Output output, boolean rendered, Detail detail) {
        this.output = output;
        this.rendered = rendered;
        this.detail = detail;
        markdown = new Markdown(output::styled);
    }

    /** Whether an answer is not shown; what is said beside it is. */
    void mute(boolean on) {
        muted = on;
    }

    /** The next piece of the answer. */
    void answer(String piece) {
        if (muted || output.format() != Format.TABLE || piece.isEmpty()) {
            return;
        }
        ownLine = piece.endsWith("\n");
        if (rendered) {
            markdown.piece(piece);
        } else {
            output.piece(piece);
        }
    }

    /** The answer is over: what follows begins on a line of its own. */
    void endAnswer() {
        if (rendered) {
            markdown.end();
        }
        endLine();
    }

    /** Something else comes in the middle of it. */
    private void pauseAnswer() {
        if (rendered) {
            markdown.pause();
        }
        endLine();
    }

    private void endLine() {
        if (!ownLine) {
            output.piece("\n");
            ownLine = true;
        }
    }

    /** Each event, where programs read along. */
    void event(Event event, Value data) throws IOException {
        if (!muted && output.format() != Format.TABLE) {
            output.event(
                    Value.members("id", event.id(), "event", event.type(), "data", data), EVENT);
        }
        if (detail.debug) {
            pauseAnswer();
            output.note(
                    "%s %s, %d characters"
                            .formatted(
                                    Quoted.word(event.type()),
                                    Quoted.word(event.id()),
                                    event.data().length()));
        }
    }

    /** A message for people, also with names from outside; it ends the line of the answer. */
    void note(String sentence) {
        pauseAnswer();
        output.note(Quoted.page(sentence));
    }

    /** A list, in the words of whoever prints it. */
    void items(Printing printing) throws IOException {
        pauseAnswer();
        printing.to(output);
    }

    /** Prints something. */
    interface Printing {
        void to(Output output) throws IOException;
    }

    /** A line of words, also with names from outside. */
    void line(String words) {
        output.message(Quoted.page(words));
    }

    /** A call of a tool, or its result; {@code line} is quoted. */
    void trace(String line) {
        if (detail.trace) {
            note(line);
        }
    }

    /** What is to be confirmed, with the change of a file. */
    void show(Question question) {
        pauseAnswer();
        for (String line : question.change()) {
            output.message(
                    output.toned(
                            switch (line.isEmpty() ? ' ' : line.charAt(0)) {
                                case '+' -> Tone.GOOD;
                                case '-' -> Tone.BAD;
                                case '@' -> Tone.FAINT;
                                default -> Tone.PLAIN;
                            },
                            line));
        }
        output.message(question.what());
        output.message("  " + question.why());
    }

    /** Whether nobody reads it any more. */
    boolean isBroken() {
        return output.isBroken();
    }
}
