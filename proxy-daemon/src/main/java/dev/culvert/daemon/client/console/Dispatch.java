package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.chat.Chat.Resumed;
import dev.culvert.daemon.client.chat.Speaker;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Does what a line says, and returns its exit code. */
final class Dispatch {
    /** The verb that shows a run, whose id may be short. */
    private static final String RECORDS = "op";

    private final Desk desk;
    private final Options options;
    private final Seat seat;
    private final Output output;
    private final Parts parts;
    private final Runner runner;
    private final OwnCommands own;

    /** Who does the work. */
    record Parts(Surroundings around, Commands commands, Names names, Speakers speakers) {}

    Dispatch(Desk desk, Options options, Seat seat, Output output, Parts parts) {
        this.desk = desk;
        this.options = options;
        this.seat = seat;
        this.output = output;
        this.parts = parts;
        runner = new Runner(desk, options, parts.commands(), parts.around());
        own = new OwnCommands(this, desk, seat, output, parts);
    }

    /** The same, which prints elsewhere. */
    Dispatch with(Output otherOutput, Parts otherParts) {
        return new Dispatch(desk, options, seat, otherOutput, otherParts);
    }

    /** Does it; a failure is told, and is its exit code. */
    int line(String text) {
        try {
            return read(text);
        } catch (IOException e) {
            output.note(Quoted.page(String.valueOf(e.getMessage())));
            return ExitCode.of(e);
        }
    }

    private int read(String text) throws IOException {
        Line line = Lines.read(text, desk.catalogue());
        if (line instanceof Line.Run || line instanceof Line.Shell) {
            desk.lines().add(text.strip());
        }
        return switch (line) {
            case Line.Nothing _ -> ExitCode.OK;
            case Line.Say(String words) -> say(words);
            case Line.Shell(String command) -> shell(command);
            case Line.Own(OwnCommand command, String rest) -> own.run(command, rest);
            case Line.Run run -> seat.run(stop -> run(run, stop));
            case Line.Wrong(String sentence) -> throw new UsageException(sentence);
        };
    }

    /** What is wrong with a line before it runs; empty if nothing is that can be seen. */
    static Optional<String> mistake(String text, Catalogue catalogue) {
        return switch (Lines.read(text, catalogue)) {
            case Line.Wrong(String sentence) -> Optional.of(sentence);
            case Line.Run run -> Validation.mistake(run.entry(), run.rest());
            case Line.Nothing _, Line.Say _, Line.Shell _, Line.Own _ -> Optional.empty();
        };
    }

    /** Runs what a line means that is a verb; others are refused. */
    int run(String text, Stop stop) throws IOException {
        return switch (Lines.read(text, desk.catalogue())) {
            case Line.Run run -> run(run, stop);
            case Line.Shell(String command) -> shell(command, stop);
            case Line.Wrong(String sentence) -> throw new UsageException(sentence);
            case Line.Own(OwnCommand command, String _) ->
                    throw new UsageException(
                            "/%s cannot be run by another command".formatted(command.label()));
            case Line.Nothing _, Line.Say _ ->
                    throw new UsageException("a command is missing, such as: status");
        };
    }

    private int run(Line.Run line, Stop stop) throws IOException {
        Entry entry = line.entry();
        List<String> rest = new ArrayList<>();
        for (String word : line.rest()) {
            rest.add(entry.words().equals(RECORDS) ? desk.run(word) : desk.last().expand(word));
        }
        Optional<String> mistake = Validation.mistake(entry, rest);
        if (mistake.isPresent()) {
            throw new UsageException(mistake.get());
        }
        if (options.dryRun() && entry.effect(rest) != Effect.READ) {
            if (!entry.hasFlag(Entry.DRY_RUN)) {
                output.note("would run: culvert " + words(entry, rest));
                return ExitCode.OK;
            }
            rest.add(Entry.DRY_RUN);
        }
        Effect effect = entry.effect(rest);
        if (!desk.mode().allows(effect)) {
            return refused(entry, effect);
        }
        if (effect == Effect.DESTROY) {
            if (!options.yes() && !seat.agrees(question(entry, rest), stop)) {
                output.note(
                        seat.isTerminal()
                                ? "nothing was done"
                                : "'%s' takes something away, and nobody can be asked: add --yes if it is meant"
                                        .formatted(entry.words()));
                return ExitCode.REFUSED;
            }
            if (entry.hasFlag(Entry.YES) && !rest.contains(Entry.YES)) {
                rest.add(Entry.YES);
            }
        }
        return mark(runner.run(entry, rest, stop), stop);
    }

    private String question(Entry entry, List<String> rest) {
        return "'%s' takes something away that does not come back. Do it?"
                .formatted(words(entry, rest));
    }

    private static String words(Entry entry, List<String> rest) {
        List<String> words = new ArrayList<>(List.of(entry.words()));
        rest.stream().map(Quotes::quoted).forEach(words::add);
        return Quoted.page(String.join(" ", words));
    }

    private int refused(Entry entry, Effect effect) {
        Mode mode = desk.mode();
        boolean unknown = !desk.catalogue().isComplete() && effect == Effect.CHANGE;
        output.note(
                "'%s' %s, and the mode %s allows %s: %s"
                        .formatted(
                                entry.words(),
                                switch (effect) {
                                    case READ -> "changes nothing";
                                    case LOCAL -> "changes files of yours";
                                    case CHANGE ->
                                            unknown
                                                    ? "may change something (the daemon has not"
                                                            + " said what it does)"
                                                    : "changes something";
                                    case DESTROY -> "takes something away";
                                },
                                mode.label(),
                                mode.what(),
                                seat.isTerminal()
                                        ? "Shift+Tab or /mode %s changes it"
                                                .formatted(Mode.of(effect).label())
                                        : "/mode %s changes it"
                                                .formatted(Mode.of(effect).label())));
        return ExitCode.REFUSED;
    }

    /** Shows how a command went: {@code ✓ 1.2 s · op 7f3a}. */
    private int mark(Runner.Ended ended, Stop stop) {
        if (!seat.isTerminal()) {
            return ended.code();
        }
        boolean stopped = stop.isAsked();
        String time = Times.text(ended.took());
        StringBuilder line = new StringBuilder();
        line.append(
                stopped
                        ? "■ stopped within " + Times.text(ended.stopping())
                        : ended.code() == ExitCode.OK
                                ? "✓ " + time
                                : "✗ " + time + " · exit " + ended.code());
        if (!ended.run().isEmpty()) {
            line.append(" · op ").append(Quoted.word(desk.shortRun(ended.run())));
        }
        if (desk.timing()) {
            line.append(" · ").append(ended.took().toMillis()).append(" ms");
            if (ended.cpu().toMillis() > 0) {
                line.append(", CPU ").append(ended.cpu().toMillis()).append(" ms");
            }
        }
        boolean good = !stopped && ended.code() == ExitCode.OK;
        output.message(
                output.toned(
                        good ? Tone.GOOD : stopped ? Tone.CAUTION : Tone.BAD, line.toString()));
        return stopped ? ExitCode.INTERRUPTED : ended.code();
    }

    private int shell(String command) throws IOException {
        if (desk.mode() == Mode.READ) {
            throw new UsageException(
                    "a shell command may change anything, and the mode read allows only reading:"
                            + " /mode plan changes it");
        }
        return seat.run(stop -> shell(command, stop));
    }

    private int shell(String command, Stop stop) throws IOException {
        long before = System.nanoTime();
        int code = new Shell(parts.around(), desk).run(command, stop);
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        return mark(new Runner.Ended(code, "", took, stop.since(), Duration.ZERO), stop);
    }

    /** Says something to the agent in use. */
    int say(String words) throws IOException {
        if (words.isBlank()) {
            throw new UsageException("there is nothing to say after the backslash");
        }
        if (options.dryRun()) {
            output.note("would say to the agent: " + Quoted.page(words.strip()));
            return ExitCode.OK;
        }
        if (desk.speaker().isEmpty()) {
            open(desk.agent(), new Resumed.None());
        }
        Speaker speaker = desk.speaker().orElseThrow();
        return seat.talk(speaker, words.strip());
    }

    /** Opens a session with an agent, and uses it from now on. */
    void open(String agent, Resumed resumed) throws IOException {
        if (agent.isEmpty() && resumed instanceof Resumed.None) {
            throw new UsageException(
                    "no agent is in use: choose one with /use AGENT (agents lists them). If this"
                            + " was meant as a command, /help lists those");
        }
        desk.use(parts.speakers().open(agent, resumed, desk::modeOfAgents));
    }
}
