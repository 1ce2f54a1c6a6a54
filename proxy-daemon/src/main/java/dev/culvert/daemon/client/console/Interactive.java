package dev.culvert.daemon.client.console;

import dev.culvert.about.Version;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.chat.Chat.Resumed;
import dev.culvert.daemon.client.chat.Console;
import dev.culvert.daemon.client.chat.Speaker;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;

/** The console at a terminal, until the user ends it. */
public final class Interactive implements AutoCloseable {
    private static final String CLEAR = "\u001B[H\u001B[2J\u001B[3J";

    /** Columns of what runs, in the line below its output. */
    private static final int MOST_SHOWN = 30;

    private final Surroundings around;
    private final boolean colours;
    private final Options options;
    private final With with;
    private final Desk desk;
    private final MenuReader reader;
    private final Console console;
    private final CachedNames names;
    private final CompletableFuture<Catalogue> catalogue = new CompletableFuture<>();
    private final boolean isDumb;
    private final Footer footer;
    private final Beats beats;
    private final org.jline.terminal.Terminal terminal;
    private volatile String now = "";

    /** What it works with. */
    public record With(Commands commands, Names names, Pulse pulse, Opening opening) {}

    /** Opens sessions with agents that are shown at this console. */
    public interface Opening {
        Speaker open(
                Surroundings around,
                Console console,
                String agent,
                Resumed resumed,
                Supplier<Mode> mode)
                throws IOException;
    }

    private final class Language implements MenuReader.Brain {
        @Override
        public Suggestions suggestions(String text) {
            return Suggestions.of(
                    text,
                    new Suggestions.Sources(
                            desk.catalogue(), desk.mode(), names::of, FileNames::of));
        }

        @Override
        public Optional<String> mistake(String text) {
            return catalogue.isDone() ? Dispatch.mistake(text, desk.catalogue()) : Optional.empty();
        }

        @Override
        public String nextMode() {
            desk.mode(desk.mode().next());
            return prompt();
        }

        @Override
        public String status() {
            return statusLine();
        }

        @Override
        public void shown() {
            Thread.ofVirtual().name("catalogue").start(Interactive.this::learn);
            Thread.ofVirtual().name("pulse").start(beats::follow);
        }
    }

    private final class AtTerminal implements Seat {
        @Override
        public int run(Work work) throws IOException {
            Stop stop = new Stop();
            footer.begin();
            try (Console.Watch _ = console.watch(stop::ask)) {
                return work.run(stop);
            } finally {
                footer.end();
            }
        }

        @Override
        public int talk(Speaker speaker, String words) throws IOException {
            footer.begin();
            try { // it looks for Esc itself
                return speaker.say(words);
            } finally {
                footer.end();
            }
        }

        @Override
        public boolean agrees(String question, Stop stop) {
            return console.confirm(question, stop::isAsked);
        }

        @Override
        public boolean isTerminal() {
            return true;
        }

        @Override
        public Optional<Frames> frames() {
            return isDumb ? Optional.empty() : Optional.of(new Frames(console.writer(), terminal));
        }

        @Override
        public String status() {
            return output().toned(Tone.FAINT, statusLine());
        }

        @Override
        public void clear() {
            if (!isDumb) {
                console.writer().print(CLEAR);
                console.writer().flush();
            }
        }

        @Override
        public void prefill(String text) {
            console.prefill(text);
        }
    }

    /**
     * Takes the terminal over.
     *
     * @param terminal closed with it
     * @param history the file of what was typed before; empty to keep nothing
     * @param colours whether the user wants them
     */
    public Interactive(
            org.jline.terminal.Terminal terminal,
            Optional<Path> history,
            Surroundings around,
            boolean colours,
            Options options,
            With with) {
        this.around = around;
        this.colours = colours;
        this.options = options;
        this.with = with;
        this.terminal = terminal;
        desk = new Desk(options.mode());
        isDumb = terminal.getType().startsWith(org.jline.terminal.Terminal.TYPE_DUMB);
        reader = new MenuReader(terminal, new Language()).bound();
        reader.setHistory(new KeptHistory());
        footer = new Footer(terminal.writer(), this::footerLine, !isDumb);
        console = new Console(terminal, Console.prepared(reader, history), new PrintWriter(footer));
        beats = new Beats(with.pulse(), reader::redraw);
        names = new CachedNames(with.names(), reader::redraw);
    }

    /** That of this process. */
    public static Interactive open(
            Optional<Path> history,
            Surroundings around,
            boolean colours,
            Options options,
            With with)
            throws IOException {
        Console.makeOwnerOnly(history);
        String type = around.environment().getOrDefault("TERM", "dumb");
        return new Interactive(Console.open(type), history, around, colours, options, with);
    }

    /** Reads and does lines; returns when the user ends it. */
    public int run() {
        say("culvert %s · / for commands, ? for keys, Ctrl-D ends".formatted(Version.text()));
        while (!desk.hasEnded()) {
            try {
                String line = console.text(prompt());
                known(line);
                now = Below.cut(Quoted.sentence(line.strip()), MOST_SHOWN);
                new Dispatch(desk, options, new AtTerminal(), output(), parts()).line(line);
            } catch (UserInterruptException _) {
                // what was typed is dropped
            } catch (EndOfFileException _) {
                desk.end();
            }
        }
        return end();
    }

    /* What begins with a slash can be understood once the commands are known. */
    private void known(String line) {
        Catalogue now = line.isBlank() ? desk.catalogue() : catalogue.join();
        if (!line.isBlank() && !now.isComplete() && !desk.catalogue().isComplete()) {
            desk.catalogue(with.commands().catalogue()); // maybe the daemon is there again
        }
    }

    private void learn() {
        try {
            desk.catalogue(with.commands().catalogue());
        } finally {
            catalogue.complete(desk.catalogue());
            reader.redraw();
        }
    }

    private String prompt() {
        String who = desk.agent().isEmpty() ? "culvert" : Quoted.word(desk.agent());
        return who + " " + output().toned(desk.mode().tone(), desk.mode().label()) + "> ";
    }

    private String statusLine() {
        List<String> parts = new ArrayList<>();
        parts.add(beats.daemon());
        parts.add("mode " + desk.mode().label() + " (Shift+Tab)");
        if (beats.running() > 0) {
            parts.add("%d running".formatted(beats.running()));
        }
        desk.outFile().ifPresent(it -> parts.add("out " + Quoted.page(it.toString())));
        return String.join(" · ", parts);
    }

    /** What is below the output of what runs. */
    private String footerLine(Duration running) {
        String line =
                "%s · %s · Esc stops · %s · mode %s"
                        .formatted(now, Times.text(running), beats.daemon(), desk.mode().label());
        return output().toned(Tone.FAINT, Below.cut(line, console.columns()));
    }

    private Surroundings surroundings() {
        PrintWriter writer = console.writer();
        return new Surroundings(
                around.environment(),
                around.in(),
                writer,
                writer,
                new Surroundings.Place(
                        around.place().settings(),
                        around.place().adminSockets(),
                        new Terminal(true, true, Math.max(20, console.columns())),
                        _ -> {}));
    }

    private Output output() {
        return new Output(
                console.writer(),
                console.writer(),
                Format.TABLE,
                colours && !isDumb,
                new Terminal(true, true, Math.max(20, console.columns())));
    }

    private Dispatch.Parts parts() {
        Surroundings here = surroundings();
        return new Dispatch.Parts(
                here,
                with.commands(),
                with.names(),
                (agent, resumed, mode) -> with.opening().open(here, console, agent, resumed, mode));
    }

    private void say(String line) {
        output().message(output().toned(Tone.FAINT, line));
    }

    private int end() {
        beats.close();
        desk.speaker()
                .map(Speaker::id)
                .filter(id -> !id.isEmpty())
                .ifPresent(id ->
                        say("this session goes on with: culvert chat --resume " + Quoted.word(id)));
        desk.hangUp();
        return ExitCode.OK;
    }

    @Override
    public void close() throws IOException {
        beats.close();
        desk.hangUp();
        desk.noOut();
        console.close();
    }
}
