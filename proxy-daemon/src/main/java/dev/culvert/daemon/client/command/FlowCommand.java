package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert flow …}; without a verb of its own it lists the runs. */
@Command(
        name = "flow",
        description =
                "Starts flows, which are graphs of steps that the daemon runs, and shows their runs.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "A flow is a file, NAME.jsonc: of yours, or in the daemon's folder (flows_dir). Each step",
            "of a run is in a journal, so that a daemon that was killed goes on, and does nothing",
            "twice.",
            "",
            "Examples:",
            "  culvert flow validate report.jsonc",
            "  culvert flow run report.jsonc --input city=Bern --wait",
            "  culvert flow show fr_0123456789abcdef",
            "  culvert flow why fr_0123456789abcdef ask"
        })
final class FlowCommand implements Verb {
    static final String RUNS = "/api/v1/flow-runs";
    static final String FLOWS = "/api/v1/flows";

    private static final View FILES =
            View.of(
                    "name",
                    Column.of("FLOW", "name"),
                    Column.of("VALID", it -> it.text("valid").equals("true") ? "yes" : "no")
                            .in(it -> it.text("valid").equals("true") ? Tone.PLAIN : Tone.BAD),
                    Column.of("DESCRIPTION", "description"),
                    Column.of(
                            "FIRST MISTAKE",
                            it ->
                                    it.at("mistakes").list().isEmpty()
                                            ? ""
                                            : it.at("mistakes").list().getFirst().text()));

    static final View LIST =
            View.of(
                    "id",
                    Column.of("RUN", "id"),
                    Column.of("FLOW", "flow"),
                    Column.of("STATE", "state").in(FlowCommand::tone),
                    Column.of("STARTED", "started"),
                    Column.number("TOOK", FlowCommand::took),
                    Column.of("CALLER", "caller"),
                    Column.of("ERROR", "error"));

    static final View ONE =
            View.of(
                    "id",
                    Column.of("run", "id"),
                    Column.of("flow", "flow"),
                    Column.of("state", "state").in(FlowCommand::tone),
                    Column.of("tenant", "tenant"),
                    Column.of("caller", "caller"),
                    Column.of("started", "started"),
                    Column.of("took", FlowCommand::took),
                    Column.of("started by", "parent"),
                    Column.of("inputs", it -> it.at("inputs").json()),
                    Column.of("outputs", it -> it.at("outputs").json()),
                    Column.of("asks about", it -> String.join(", ", texts(it.at("unknown")))),
                    Column.of("error", "error"));

    static final List<Column> STEPS =
            List.of(
                    Column.of("STEP", "step"),
                    Column.of("STATE", FlowCommand::state).in(FlowCommand::tone),
                    Column.number("ATTEMPT", "attempt"),
                    Column.number("ITEMS", "items"),
                    Column.number("TOOK", FlowCommand::took),
                    Column.of("ERROR", "error"));

    private static final List<Column> CHANGES =
            List.of(
                    Column.of("INPUT", "input"),
                    Column.of("BEFORE", it -> orHidden(it.text("before"))),
                    Column.of("NOW", it -> orHidden(it.text("now"))));

    private final Session session;

    private FlowCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new FlowCommand(session))
                .addSubcommand(new FlowRunCommand(session))
                .addSubcommand(new ListRuns(session))
                .addSubcommand(new Files(session))
                .addSubcommand(new Show(session))
                .addSubcommand(new Why(session))
                .addSubcommand(new Cancel(session))
                .addSubcommand(new FlowResumeCommand(session))
                .addSubcommand(new FlowGraphCommand(session))
                .addSubcommand(new FlowValidateCommand(session))
                .addSubcommand(new FlowSchemaCommand(session));
    }

    static String path(String run) {
        return RUNS + "/" + Request.segment(run);
    }

    @Override
    public int run() throws IOException {
        return list(session, "");
    }

    private static int list(Session session, String query) throws IOException {
        session.output().items(Session.pages(session.api(), RUNS, query, "runs"), LIST);
        return ExitCode.OK;
    }

    static List<String> texts(Value list) {
        return list.list().stream().map(Value::text).toList();
    }

    static Tone tone(Value it) {
        return switch (it.text("state")) {
            case "done" -> Tone.GOOD;
            case "running", "started" -> Tone.STRONG;
            case "failed" -> Tone.BAD;
            case "unknown", "cancelled" -> Tone.CAUTION;
            default -> Tone.FAINT;
        };
    }

    private static String state(Value step) {
        return step.text("cached").equals("true") ? "done (cached)" : step.text("state");
    }

    private static String orHidden(String text) {
        return text.isEmpty() ? "(not shown)" : text;
    }

    /** Until now if it has not ended. */
    static String took(Value it) {
        String started = it.text("started");
        String ended = it.text("ended");
        if (started.isEmpty()) {
            return "";
        }
        try {
            Instant end = ended.isEmpty() ? Instant.now() : Instant.parse(ended);
            Duration took = Duration.between(Instant.parse(started), end);
            return took.compareTo(Duration.ofSeconds(10)) < 0
                    ? took.toMillis() + " ms"
                    : Ages.of(took);
        } catch (DateTimeParseException _) {
            return "";
        }
    }

    /** The run, and below it its steps: a drawing, and a table if the daemon cannot tell it. */
    static void show(Session session, Value run) {
        session.output().item(run, ONE);
        if (session.output().format() == Format.TABLE) {
            List<Value> steps = run.at("steps").list();
            session.output().line("");
            if (steps.stream().allMatch(it -> !it.text("kind").isEmpty())) {
                FlowPicture.draw(steps, session.output().width()).forEach(session.output()::line);
            } else {
                session.output().table(steps, STEPS);
            }
        }
    }

    @Command(
            name = "list",
            description = "Lists the runs of flows, the latest first.",
            mixinStandardHelpOptions = true)
    private static final class ListRuns implements Verb {
        private final Session session;

        @Option(names = "--flow", paramLabel = "FLOW", description = "Only those of this flow.")
        private @Nullable String flow;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description =
                        "Only those in this state: running, unknown, done, failed or cancelled.")
        private @Nullable State state;

        private ListRuns(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            List<String> query = new ArrayList<>();
            if (flow != null) {
                query.add("flow=" + Request.segment(flow));
            }
            if (state != null) {
                query.add("state=" + CompletionCommand.word(state));
            }
            return list(session, String.join("&", query));
        }
    }

    enum State {
        RUNNING,
        UNKNOWN,
        DONE,
        FAILED,
        CANCELLED
    }

    @Command(
            name = "files",
            description = "Lists the flows of the daemon's folder (flows_dir).",
            mixinStandardHelpOptions = true)
    private static final class Files implements Verb {
        private final Session session;

        private Files(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.output().items(session.api().get(FLOWS).at("flows").list(), FILES);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "show",
            description =
                    "Shows one run of a flow, with its steps: a drawing with their states and"
                            + " times.",
            mixinStandardHelpOptions = true)
    private static final class Show implements Verb {
        private final Session session;

        @Parameters(paramLabel = "RUN", description = "Its id.")
        private String run = "";

        private Show(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            show(session, session.api().get(path(run)));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "why",
            description =
                    "Tells what has changed for a step, of what it was given, since the run before, and so why"
                            + " its output may be another.",
            mixinStandardHelpOptions = true)
    private static final class Why implements Verb {
        private final Session session;

        @Parameters(index = "0", paramLabel = "RUN", description = "Its id.")
        private String run = "";

        @Parameters(index = "1", paramLabel = "STEP", description = "The name of the step.")
        private String step = "";

        private Why(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value why = session.api().get(path(run) + "/why?step=" + Request.segment(step));
            if (session.output().format() != Format.TABLE) {
                session.output().item(why, View.of("run"));
            } else if (why.text("before").isEmpty()) {
                session.output().note("there is no run of this flow before it that began the step");
            } else if (why.at("changes").list().isEmpty()) {
                session.output().note("nothing has changed since the run " + why.text("before"));
            } else {
                session.output().table(why.at("changes").list(), CHANGES);
                session.output().note("against the run " + why.text("before"));
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "cancel",
            description =
                    "Cancels a run of a flow: what runs is ended, and the steps with 'finally' still"
                            + " run.",
            mixinStandardHelpOptions = true)
    private static final class Cancel implements Verb {
        private final Session session;

        @Parameters(paramLabel = "RUN", description = "Its id.")
        private String run = "";

        private Cancel(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.api().ask(Request.delete(path(run)));
            session.output()
                    .done(
                            "the run '" + run + "' is being cancelled",
                            Value.members("id", run),
                            View.of("id"));
            return ExitCode.OK;
        }
    }
}
