package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.infra.Plan;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert infra …}: the desired states that the daemon keeps. */
@Command(
        name = "infra",
        description = {
            "Shows, plans and applies desired states that the daemon keeps.",
            "culvert apply in a workspace brings its state there, too. The daemon compares them with",
            "what is there again and again."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class InfraCommand implements Verb {
    static final String PATH = "/api/v1/infra";

    private static final View STATES =
            View.of(
                    "name",
                    Column.of("name", "name"),
                    Column.of("revision", "revision"),
                    Column.of("guests", "managed"),
                    Column.of("differing", InfraCommand::differing).in(InfraCommand::tone),
                    Column.of("author", "author"),
                    Column.of("written", "written"),
                    Column.of("run", "run"));

    private final Session session;

    private InfraCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new InfraCommand(session))
                .addSubcommand(new ListStates(session))
                .addSubcommand(new Show(session))
                .addSubcommand(new Put(session))
                .addSubcommand(new Validate(session))
                .addSubcommand(new ShowPlan(session))
                .addSubcommand(new Apply(session))
                .addSubcommand(new Remove(session));
    }

    @Override
    public int run() throws IOException {
        return list(session);
    }

    private static int list(Session session) throws IOException {
        session.output().items(Session.pages(session.api(), PATH, "", "states"), STATES);
        return ExitCode.OK;
    }

    static String path(String state) {
        return PATH + "/" + Request.segment(state);
    }

    private static String differing(Value state) {
        return state.text("trouble").isEmpty() ? state.text("differing") : "unknown";
    }

    private static Tone tone(Value state) {
        return switch (differing(state)) {
            case "", "0" -> Tone.GOOD;
            default -> Tone.CAUTION;
        };
    }

    private static String read(Path file) throws UsageException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UsageException("%s cannot be read: %s".formatted(file, FileTrouble.why(e)));
        }
    }

    @Command(
            name = "list",
            description = "Lists the desired states, and how much differs.",
            mixinStandardHelpOptions = true)
    private static final class ListStates implements Verb {
        private final Session session;

        private ListStates(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session);
        }
    }

    @Command(
            name = "show",
            description = "Shows a desired state, as it was written.",
            mixinStandardHelpOptions = true)
    private static final class Show implements Verb {
        private final Session session;

        @Parameters(paramLabel = "STATE", description = "Its name.")
        private String state = "";

        private Show(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value shown = session.api().get(path(state));
            if (session.output().format() == Format.TABLE) {
                session.output().piece(Quoted.lines(shown.text("text")));
            } else {
                session.output().item(shown, STATES);
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "put",
            description = "Keeps a desired state; nothing is applied.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "A file has JSON with comments: \"guests\" is a list of what a workspace has in a",
                "file each; \"server\" and \"node\" are for guests that name none.",
                "",
                "Examples:",
                "  culvert infra put lab lab.jsonc",
                "  culvert infra put lab lab.jsonc --revision 3"
            })
    private static final class Put implements Verb {
        private final Session session;

        @Parameters(index = "0", paramLabel = "STATE", description = "Its name.")
        private String state = "";

        @Parameters(index = "1", paramLabel = "FILE", description = "The text.")
        private Path file = Path.of("");

        @Option(
                names = "--revision",
                paramLabel = "NUMBER",
                description = "Refuse unless it replaces this revision; 0 for a new state.")
        private @Nullable Long revision;

        private Put(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Request request = Request.put(path(state), Value.members("text", read(file)));
            Value kept =
                    session.api()
                            .ask(
                                    revision == null
                                            ? request
                                            : request.with("if-match", "\"" + revision + "\""));
            session.output()
                    .done(
                            "revision %s of %s: culvert infra plan %s"
                                    .formatted(
                                            kept.text("revision"),
                                            Quoted.word(state),
                                            Quoted.word(state)),
                            kept,
                            STATES);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "validate",
            description = "Says what is wrong with a desired state, by line.",
            mixinStandardHelpOptions = true)
    private static final class Validate implements Verb {
        private static final View DONE = View.of("valid");

        private final Session session;

        @Parameters(index = "0", paramLabel = "STATE", description = "Its name; it may be new.")
        private String state = "";

        @Parameters(index = "1", paramLabel = "FILE", description = "The text.")
        private Path file = Path.of("");

        private Validate(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value answer =
                    session.api()
                            .ask(
                                    Request.post(
                                            path(state) + "/validate",
                                            Value.members("text", read(file))));
            List<Value> mistakes = answer.at("mistakes").list();
            if (session.output().format() == Format.TABLE) {
                mistakes.forEach(it ->
                        session.output()
                                .message(
                                        "%s:%s:%s: %s"
                                                .formatted(
                                                        file,
                                                        it.text("line"),
                                                        it.text("column"),
                                                        Quoted.sentence(it.text("sentence")))));
            }
            session.output()
                    .done(
                            mistakes.isEmpty() ? "no mistakes" : "mistakes: " + mistakes.size(),
                            answer,
                            DONE);
            return mistakes.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    @Command(
            name = "plan",
            description = "Shows what a desired state changes, with a digest.",
            mixinStandardHelpOptions = true)
    private static final class ShowPlan implements Verb {
        private final Session session;

        @Parameters(paramLabel = "STATE", description = "Its name.")
        private String state = "";

        private ShowPlan(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value answer = session.api().get(path(state) + "/plan");
            if (session.output().format() != Format.TABLE) {
                session.output().item(answer, PlanCommand.PLAN);
                return ExitCode.OK;
            }
            Map<String, Value> members = new LinkedHashMap<>(answer.map());
            members.remove("revision");
            Plan plan = Plan.parse("the plan", new Value.Members(members).json());
            new PlanPicture(session.output()).draw(plan);
            if (!plan.isEmpty()) {
                session.output()
                        .line(
                                "digest %s: culvert infra apply %s %s"
                                        .formatted(
                                                plan.digest(),
                                                Quoted.word(state),
                                                plan.shortDigest()));
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "apply",
            description = "Makes the changes of the plan that has a digest, and follows it.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "The daemon makes the plan anew and refuses if its digest differs: then the state,",
                "or what is there, has changed. It applies it as a run of a flow, also if this",
                "command ends; culvert flow show RUN shows it."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:all is done",
                "1:a step failed, or the plan has changed",
                "6:the run was cancelled"
            })
    private static final class Apply implements Verb {
        private static final View BEGUN = View.of("run", Column.of("run", "run"));
        private static final View NOTHING = View.of("done", Column.of("done", "done"));

        private final Session session;

        @Parameters(index = "0", paramLabel = "STATE", description = "Its name.")
        private String state = "";

        @Parameters(
                index = "1",
                paramLabel = "DIGEST",
                description = "Of the plan, or how it begins.")
        private String digest = "";

        @Option(names = "--no-wait", description = "Begin it, and print the id of the run.")
        private boolean noWait;

        private Apply(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value begun =
                    session.api()
                            .ask(
                                    Request.post(
                                            path(state) + "/apply",
                                            Value.members("digest", digest)));
            String run = begun.text("run");
            if (run.isEmpty()) {
                session.output().done("nothing to change", begun, NOTHING);
                return ExitCode.OK;
            }
            if (noWait) {
                session.output()
                        .done(
                                "the run %s applies it: culvert flow show %s"
                                        .formatted(Quoted.word(run), Quoted.word(run)),
                                begun,
                                BEGUN);
                return ExitCode.OK;
            }
            session.output().message("culvert: the run " + Quoted.word(run));
            return FlowRunPrinter.follow(session, run);
        }
    }

    @Command(
            name = "rm",
            description = "Forgets a desired state; its guests stay.",
            mixinStandardHelpOptions = true)
    private static final class Remove implements Verb {
        private static final View GONE = View.of("name", Column.of("name", "name"));

        private final Session session;

        @Parameters(paramLabel = "STATE", description = "Its name.")
        private String state = "";

        private Remove(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.api().ask(Request.delete(path(state)));
            session.output()
                    .done(Quoted.word(state) + " is forgotten", Value.members("name", state), GONE);
            return ExitCode.OK;
        }
    }
}
