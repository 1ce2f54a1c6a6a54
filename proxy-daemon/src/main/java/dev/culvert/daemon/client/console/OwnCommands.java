package dev.culvert.daemon.client.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.about.Spelling;
import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.chat.Chat.Resumed;
import dev.culvert.daemon.client.chat.Speaker;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Does what the console itself can do. */
final class OwnCommands {
    private static final String DEFAULT_DEBUG = "10m";

    private final Dispatch dispatch;
    private final Desk desk;
    private final Seat seat;
    private final Output output;
    private final Dispatch.Parts parts;

    OwnCommands(Dispatch dispatch, Desk desk, Seat seat, Output output, Dispatch.Parts parts) {
        this.dispatch = dispatch;
        this.desk = desk;
        this.seat = seat;
        this.output = output;
        this.parts = parts;
    }

    int run(OwnCommand command, String rest) throws IOException {
        if (command.needsTerminal() && !seat.isTerminal()) {
            throw new UsageException("/%s needs a terminal".formatted(command.label()));
        }
        return switch (command) {
            case HELP -> help(rest);
            case SHORTCUTS -> {
                HelpPages.keys(output);
                yield flushed();
            }
            case USE -> use(rest);
            case CHAT -> chat(rest);
            case RESUME -> resume(rest);
            case MODE -> mode(rest);
            case DEBUG -> dispatch.line(debug(rest));
            case REPORT_ISSUE -> report(rest);
            case WATCH -> new WatchedCommand(dispatch, desk, seat, output, parts).run(rest);
            case OUT -> out(rest);
            case TIMING -> timing(rest);
            case RERUN -> rerun(rest);
            case EDIT -> edit(rest);
            case CLEAR -> {
                seat.clear();
                yield ExitCode.OK;
            }
            case QUIT -> {
                desk.end();
                yield ExitCode.OK;
            }
        };
    }

    private int help(String rest) {
        String words = rest.startsWith("/") ? rest.substring(1) : rest;
        if (words.isEmpty()) {
            HelpPages.all(output, desk.catalogue());
            return flushed();
        }
        Optional<OwnCommand> own = OwnCommand.named(words);
        if (own.isEmpty()) {
            return dispatch.line("/" + words + " --help");
        }
        HelpPages.one(output, own.get());
        return flushed();
    }

    private int flushed() {
        parts.around().out().flush();
        return ExitCode.OK;
    }

    private int use(String rest) throws IOException {
        if (rest.isEmpty()) {
            output.note(
                    desk.agent().isEmpty()
                            ? "no agent is in use: /use AGENT chooses one"
                            : "the agent in use is " + Quoted.word(desk.agent()));
            return ExitCode.OK;
        }
        String agent = Quotes.of(rest).words().getFirst();
        List<String> agents = parts.names().of(Names.AGENT);
        if (!agents.contains(agent)) {
            output.note(
                    "there is no agent '%s'%s"
                            .formatted(Quoted.word(agent), Spelling.question(agent, agents)));
            return ExitCode.NOT_FOUND;
        }
        desk.use(agent);
        return ExitCode.OK;
    }

    private int chat(String rest) throws IOException {
        String agent = rest.split("\\s", 2)[0];
        if (agent.isEmpty()) {
            throw new UsageException("which agent? /chat AGENT; agents lists them");
        }
        int code = agent.equals(desk.agent()) ? ExitCode.OK : use(agent);
        String text = rest.substring(agent.length()).strip();
        return code != ExitCode.OK || text.isEmpty() ? code : dispatch.say(text);
    }

    private int resume(String rest) throws IOException {
        dispatch.open(
                rest.isEmpty() ? desk.agent() : "",
                rest.isEmpty() ? new Resumed.Last() : new Resumed.Named(rest));
        Speaker speaker = desk.speaker().orElseThrow();
        output.note(
                "%s with %s; %s"
                        .formatted(
                                speaker.id().isEmpty()
                                        ? "a new session"
                                        : "session " + Quoted.word(speaker.id()),
                                Quoted.word(speaker.agent()),
                                Quoted.page(speaker.where())));
        return ExitCode.OK;
    }

    private int mode(String rest) throws IOException {
        if (!rest.isEmpty()) {
            desk.mode(Mode.named(rest));
        }
        if (rest.isEmpty() || seat.isTerminal()) {
            output.note(
                    "the mode is %s, which allows %s"
                            .formatted(desk.mode().label(), desk.mode().what()));
        }
        return ExitCode.OK;
    }

    private static String debug(String rest) throws UsageException {
        List<String> words = Quotes.of(rest).words();
        if (words.equals(List.of("off"))) {
            return "/log-level info";
        }
        if (words.isEmpty() || !words.getFirst().equals("on") || words.size() > 3) {
            throw new UsageException("it is /debug on [AREA] [TIME], or /debug off");
        }
        String area = "";
        String time = DEFAULT_DEBUG;
        for (String word : words.subList(1, words.size())) {
            if (word.matches("[0-9]+[a-z]+")) {
                time = word;
            } else {
                area = word;
            }
        }
        return "/log-level %s debug --for %s"
                .formatted(Quotes.quoted(area), time)
                .replace("''", "");
    }

    /* The verb bugreport does it, with the user's words as one argument. */
    private int report(String rest) {
        boolean preview = rest.contains("--preview");
        String text = rest.replace("--preview", "").strip().replaceAll("^\"|\"$", "");
        return dispatch.line(
                "/bugreport"
                        + (preview ? " --preview" : "")
                        + (text.isEmpty() ? "" : " " + Quotes.quoted(text)));
    }

    private int out(String rest) throws IOException {
        if (rest.equals("off")) {
            desk.noOut();
            return ExitCode.OK;
        }
        if (!rest.isEmpty()) {
            Path file = path(Quotes.of(rest).words().getFirst());
            FileChannel channel = OwnerOnly.open(file);
            channel.position(channel.size());
            Writer writer = Channels.newWriter(channel, UTF_8);
            desk.out(file, writer);
        }
        output.note(
                desk.outFile()
                        .map(it -> "what commands print is added to " + Quoted.page(it.toString()))
                        .orElse("what commands print goes to no file"));
        return ExitCode.OK;
    }

    private static Path path(String name) throws UsageException {
        try {
            return Path.of(name).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new UsageException("that is no file: " + e.getMessage());
        }
    }

    private int timing(String rest) throws UsageException {
        switch (rest) {
            case "on" -> desk.timing(true);
            case "off" -> desk.timing(false);
            case "" -> desk.timing(!desk.timing());
            default -> throw new UsageException("it is /timing on, or /timing off");
        }
        output.note("timing is " + (desk.timing() ? "on" : "off"));
        return ExitCode.OK;
    }

    private int rerun(String rest) throws UsageException {
        int back = rest.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(rest) : 1;
        List<String> lines = desk.lines();
        if ((!rest.isEmpty() && !rest.matches("[1-9][0-9]{0,4}")) || back > lines.size()) {
            throw new UsageException(
                    "/rerun takes a number from 1 to %d, the commands so far"
                            .formatted(lines.size()));
        }
        String line = lines.get(lines.size() - back);
        output.message(output.toned(Tone.FAINT, Quoted.page(line)));
        return dispatch.line(line);
    }

    private int edit(String rest) throws IOException {
        seat.prefill(new Shell(parts.around(), desk).edit(rest));
        return ExitCode.OK;
    }
}
