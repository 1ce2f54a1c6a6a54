package dev.culvert.daemon.client.output;

import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.PrintWriter;
import java.util.List;

/** Prints results on stdout and messages on stderr. */
public final class Output {
    private final PrintWriter out;
    private final PrintWriter err;
    private final Format format;
    private final boolean colour;
    private final Terminal terminal;
    private OutputListener listener = OutputListener.NONE;
    private int progressed;

    /** The id of the last change; empty if there was none. */
    private String run = "";

    /**
     * @param colour whether the table has colours, if stdout is a terminal or not
     */
    public Output(
            PrintWriter out, PrintWriter err, Format format, boolean colour, Terminal terminal) {
        this.out = out;
        this.err = err;
        this.format = format;
        this.colour = colour;
        this.terminal = terminal;
    }

    /** From now on, tells this listener what is printed as data. */
    public Output tell(OutputListener told) {
        listener = told;
        return this;
    }

    public Format format() {
        return format;
    }

    /** Whether an answer may have styles: stdout is a terminal of somebody who wants colours. */
    public boolean hasStyles() {
        return colour && terminal.out();
    }

    /** Whether a person reads along. */
    public Terminal terminal() {
        return terminal;
    }

    /** A list: a table with a line for each item, or an array. */
    public void items(List<Value> items, View view) {
        listener.result(Value.of(items));
        switch (format) {
            case TABLE -> table(items, view.columns());
            case JSON -> out.println(Value.of(items).prettyJson());
            case JSONL -> items.forEach(item -> out.println(item.json()));
            case YAML -> out.print(Yaml.of(Value.of(items)));
            case NAME -> items.forEach(item -> name(item, view));
        }
        out.flush();
    }

    /** One thing: a line for each of its columns, or an object. */
    public void item(Value item, View view) {
        listener.result(item);
        if (format == Format.TABLE) {
            new Table(colour, width()).pairs(item, view.columns()).forEach(out::println);
        } else {
            data(item, view);
        }
        out.flush();
    }

    /** A value of any shape: for people, too, it is JSON. */
    public void value(Value value, View view) {
        listener.result(value);
        if (format == Format.TABLE) {
            piece(value.prettyJson() + "\n");
        } else {
            data(value, view);
        }
        out.flush();
    }

    /** Data that the caller draws itself, for people. */
    public void drawn(Value data) {
        listener.result(data);
    }

    /** What a change did: a sentence on stderr for people, or the result for programs. */
    public void done(String sentence, Value result, View view) {
        listener.result(result);
        if (format == Format.TABLE) {
            note(ofRun(sentence));
        } else {
            data(result, view);
        }
        out.flush();
    }

    /** The daemon has recorded the change under this id. */
    public void ranAs(String id) {
        run = id;
        listener.ranAs(id);
    }

    /** What a change did, and for a person how to find out later who did it. */
    public String ofRun(String sentence) {
        return run.isEmpty() || !terminal.err()
                ? sentence
                : sentence + " (culvert op " + Quoted.word(run) + ")";
    }

    /** One of several things that come over time: JSON has a line for each then. */
    public void event(Value event, View view) {
        listener.result(event);
        switch (format) {
            case TABLE ->
                    line(
                            String.join(
                                    "  ",
                                    view.columns().stream().map(it -> cell(it, event)).toList()));
            case JSON, JSONL -> out.println(event.json());
            case YAML -> out.print("---\n" + Yaml.of(event));
            case NAME -> name(event, view);
        }
        out.flush();
    }

    /** Only in the table's format: rows below a line that names them. */
    public void table(List<Value> rows, List<Column> columns) {
        new Table(colour, width()).lines(rows, columns).forEach(out::println);
        out.flush();
    }

    /** A line of data for people, of words that are ours or quoted. */
    public void line(String line) {
        out.println(line);
    }

    /** {@code text}, which is ours or quoted, in a colour if there are colours. */
    public String toned(Tone tone, String text) {
        return colour ? tone.on(text) : text;
    }

    /**
     * A piece of an answer, as it came. On a terminal, control characters other than line feeds and
     * tabs are shown instead of obeyed.
     */
    public void piece(String text) {
        out.print(terminal.out() ? Quoted.lines(text) : text);
        out.flush();
    }

    /** A piece of an answer whose text is quoted, with the escapes of its styles. */
    public void styled(String text) {
        out.print(text);
        out.flush();
    }

    /** A line for people beside the data, of words that are ours or quoted. */
    public void message(String line) {
        err.println(line);
        err.flush();
    }

    /** Whether nobody reads stdout any more. */
    public boolean isBroken() {
        return out.checkError();
    }

    /** A message for people; it is no data. */
    public void note(String sentence) {
        err.println("culvert: " + sentence);
        err.flush();
    }

    /** What goes on meanwhile: one line that the next one replaces, on a terminal alone. */
    public void progress(String sentence) {
        if (terminal.err()) {
            String line = "culvert: " + sentence;
            err.print('\r' + line + " ".repeat(Math.max(0, progressed - line.length())));
            err.flush();
            progressed = line.length();
        }
    }

    /** Takes the line of progress away. */
    public void progressEnds() {
        if (progressed > 0) {
            err.print('\r' + " ".repeat(progressed) + '\r');
            err.flush();
            progressed = 0;
        }
    }

    private void data(Value item, View view) {
        switch (format) {
            case JSON -> out.println(item.prettyJson());
            case JSONL -> out.println(item.json());
            case YAML -> out.print(Yaml.of(item));
            case NAME, TABLE -> name(item, view);
        }
    }

    private void name(Value item, View view) {
        out.println(Quoted.sentence(view.name().apply(item)));
    }

    private String cell(Column column, Value event) {
        String text = Quoted.sentence(column.cell().apply(event));
        return colour ? column.tone().apply(event).on(text) : text;
    }

    /** How wide a line may be; {@link Integer#MAX_VALUE} where nobody sees where it ends. */
    public int width() {
        return terminal.out() ? terminal.columns() : Integer.MAX_VALUE;
    }
}
