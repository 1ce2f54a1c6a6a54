package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.TargetOptions;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.chat.Chat;
import dev.culvert.daemon.client.chat.Chat.Resumed;
import dev.culvert.daemon.client.chat.Console;
import dev.culvert.daemon.client.chat.Screen;
import dev.culvert.daemon.client.chat.Speaker;
import dev.culvert.daemon.client.chat.StateFolder;
import dev.culvert.daemon.client.console.Interactive;
import dev.culvert.daemon.client.console.Mode;
import dev.culvert.daemon.client.console.Options;
import dev.culvert.daemon.client.console.Pulse;
import dev.culvert.daemon.client.console.Script;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.Response;
import dev.culvert.daemon.client.local.ProjectName;
import dev.culvert.daemon.client.logs.CommandLog;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.settings.ChatSettings;
import dev.culvert.daemon.client.settings.Project;
import dev.culvert.daemon.client.workbench.InfrastructureTool;
import dev.culvert.daemon.client.workbench.Place;
import dev.culvert.daemon.client.workbench.Workbench;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Starts what runs lines of the console.
 *
 * @param colour the flag {@code --color}
 */
record ConsoleStart(Supplier<Session.Colour> colour) {
    /** Runs them, and returns the exit code of the first that failed. */
    int script(Session session, List<Script.Step> steps, ScriptFlags flags) throws IOException {
        Format format = session.output().format();
        Options options =
                new Options(
                        commonWithColour(session),
                        format == Format.TABLE ? "" : format.name().toLowerCase(Locale.ROOT),
                        flags.mode(Mode.APPLY),
                        flags.isWithoutMode(),
                        flags.dryRun(),
                        flags.yes());
        return new Script(
                        session.around(),
                        session.output(),
                        options,
                        new ConsoleVerbs(session, new LoggedVerbs(log(session.around()))),
                        new LiveNames(session),
                        (agent, resumed, mode) -> speaker(session, agent, resumed, mode))
                .run(steps, flags.keepGoing());
    }

    /** Whether somebody sits at a terminal: stdin and stdout are one. */
    static boolean isAtTerminal(Surroundings around) {
        return around.place().terminal().out() && Console.isHere();
    }

    /** The console at the terminal, until the user ends it. */
    int interactive(Session session, ScriptFlags flags) throws IOException {
        Surroundings around = session.around();
        Options options =
                new Options(
                        commonWithColour(session),
                        "",
                        flags.mode(Mode.PLAN),
                        false,
                        flags.dryRun(),
                        flags.yes());
        Interactive.With with =
                new Interactive.With(
                        new ConsoleVerbs(session, new LoggedVerbs(log(session.around()))),
                        new LiveNames(session),
                        () -> beat(session),
                        (here, console, agent, resumed, mode) ->
                                chat(inside(session, here), agent, resumed, mode)
                                        .open(target(inside(session, here)), Optional.of(console)));
        try (Interactive interactive =
                Interactive.open(
                        history(around), around, session.output().hasStyles(), options, with)) {
            return interactive.run();
        }
    }

    /** The same daemon and flags, shown at the console. */
    private Session inside(Session session, Surroundings here) {
        return new Session(here, session::options, () -> Format.TABLE, colour);
    }

    private static Optional<Path> history(Surroundings around) throws UsageException {
        Path home = Path.of(around.environment().getOrDefault("HOME", "/"));
        Path project = Project.find(Path.of("").toAbsolutePath(), home).root();
        return StateFolder.of(around.environment())
                .map(it -> it.resolve("console").resolve(ProjectName.of(project)));
    }

    /** What was run in this project; empty where nothing is kept. */
    static Optional<CommandLog> log(Surroundings around) throws UsageException {
        return history(around)
                .map(it -> new CommandLog(it.resolveSibling(it.getFileName() + ".commands.jsonl")));
    }

    private static Pulse.Beat beat(Session session) throws IOException {
        Target target = session.target();
        Api api = session.api();
        try (Response response = api.send(Request.get("/healthz"))) {
            Value agents = response.value().at("agents");
            long all = agents.map().keySet().stream().mapToLong(it -> agents.number(0, it)).sum();
            return new Pulse.Beat(
                    target.server().toString(), agents.number(0, "ready"), all, turns(api));
        }
    }

    private static long turns(Api api) throws IOException {
        try {
            return Session.pages(api, "/api/v1/turns", "", "turns").stream()
                    .filter(it -> !it.text("state").equals("done"))
                    .count();
        } catch (ProblemException _) { // not for this caller
            return 0;
        }
    }

    private static Speaker speaker(
            Session session, String agent, Resumed resumed, Supplier<Mode> mode)
            throws IOException {
        return chat(session, agent, resumed, mode).open(target(session), Optional.empty());
    }

    private static Target target(Session session) throws IOException {
        return settings(session).target(session);
    }

    private static ChatSettings settings(Session session) throws UsageException {
        return ChatSettings.find(Path.of("").toAbsolutePath(), session.around());
    }

    private static Chat chat(Session session, String agent, Resumed resumed, Supplier<Mode> mode)
            throws UsageException {
        return new Chat(
                session,
                settings(session),
                new Chat.Choices(
                        agent,
                        Optional.empty(),
                        true,
                        resumed,
                        new Screen.Detail(false, false),
                        () -> mode.get() == Mode.APPLY,
                        InfrastructureTool.of(
                                new Workbench(
                                        new ToolVerbs(session.around(), common(session)),
                                        place(session),
                                        mode))));
    }

    /** The flags for each command. */
    private List<String> commonWithColour(Session session) {
        List<String> common = new ArrayList<>(common(session));
        if (colour.get() != Session.Colour.AUTO) {
            common.add("--color=" + colour.get().name().toLowerCase(Locale.ROOT));
        }
        return common;
    }

    /** The flags that say which daemon, for each command. */
    static List<String> common(Session session) {
        TargetOptions options = session.options();
        List<String> common = new ArrayList<>();
        options.url().ifPresent(url -> common.add("--url=" + url));
        options.tokenFile().ifPresent(file -> common.add("--token-file=" + file));
        options.context().ifPresent(context -> common.add("--context=" + context));
        options.caFile().ifPresent(file -> common.add("--ca-file=" + file));
        if (!options.timeout().equals(Culvert.USUAL_TIMEOUT)) {
            common.add("--timeout=" + options.timeout().toMillis() + "ms");
        }
        return common;
    }

    private static Optional<Place> place(Session session) {
        try {
            return Workspace.findAny(Path.of("").toAbsolutePath(), session.around())
                    .map(McpModeCommand::place);
        } catch (UsageException e) { // the agent has the other tools
            session.output().note(Quoted.page(String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }
}
