package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Ages;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert turns …}; without a verb of its own it lists them. */
@Command(
        name = "turns",
        description = "Lists the turns in progress; follows, shows and cancels turns.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class TurnsCommand implements Verb {
    private static final String PATH = "/api/v1/turns";

    static final View LIST =
            View.of(
                    "turn",
                    Column.of("TURN", "turn"),
                    Column.of("AGENT", "agent"),
                    Column.of("STATE", "state").in(TurnsCommand::tone),
                    Column.of("STAGE", "stage"),
                    Column.number("AGE", TurnsCommand::age),
                    Column.number("EVENTS", "events"),
                    Column.number("BYTES", "bytes"),
                    Column.number("UNREAD", "unread_bytes"));

    private static final View ALL =
            View.of(
                    "turn",
                    Column.of("TURN", "turn"),
                    Column.of("AGENT", "agent"),
                    Column.of("STATE", "state").in(TurnsCommand::tone),
                    Column.of("OUTCOME", TurnsCommand::outcome),
                    Column.of("CALLER", "caller"),
                    Column.of("TOKENS", TurnsCommand::tokens));

    private static final View ONE =
            View.of(
                    "turn",
                    Column.of("turn", "turn"),
                    Column.of("agent", "agent"),
                    Column.of("state", "state").in(TurnsCommand::tone),
                    Column.of("outcome", TurnsCommand::outcome),
                    Column.of("last event", "last_event"),
                    Column.of("since", "since"),
                    Column.of("caller", "caller"),
                    Column.of("tokens", TurnsCommand::tokens),
                    Column.of("read by", TurnsCommand::readers));

    private final Session session;

    private TurnsCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new TurnsCommand(session))
                .addSubcommand(new ListTurns(session))
                .addSubcommand(new WatchTurnsCommand(session))
                .addSubcommand(new ShowTurn(session))
                .addSubcommand(new CancelTurn(session));
    }

    @Override
    public int run() throws IOException {
        session.output().items(inProgress(session.api(), null), LIST);
        return ExitCode.OK;
    }

    /** Of one agent, or of all. */
    static List<Value> inProgress(Api api, @Nullable String agent) throws IOException {
        String query = agent == null ? "" : "agent=" + Request.segment(agent);
        return Session.pages(api, PATH, query, "turns");
    }

    /** Those that clients can resume, also ended ones, of one agent or of all. */
    private static List<Value> all(Api api, @Nullable String agent) throws IOException {
        if (agent != null) {
            return Session.pages(api, AgentsCommand.path(agent) + "/turns", "", "turns");
        }
        List<Value> turns = new ArrayList<>();
        for (Value each : Session.pages(api, AgentsCommand.PATH, "", "agents")) {
            try {
                turns.addAll(all(api, each.text("id")));
            } catch (ProblemException e) {
                if (e.status() != 404) { // it was removed meanwhile
                    throw e;
                }
            }
        }
        return turns;
    }

    private static String age(Value turn) {
        long millis = turn.number(-1, "age_ms");
        return millis < 0 ? "" : Ages.of(Duration.ofMillis(millis));
    }

    private static String path(String turn) {
        return PATH + "/" + Request.segment(turn);
    }

    private static Tone tone(Value turn) {
        return switch (turn.text("state")) {
            case "running" -> Tone.GOOD;
            case "ended" -> turn.text("outcome").equals("done") ? Tone.FAINT : Tone.BAD;
            default -> Tone.CAUTION;
        };
    }

    private static String outcome(Value turn) {
        String code = turn.text("code");
        return turn.text("outcome") + (code.isEmpty() ? "" : ", " + code);
    }

    /** Those that went in and came out. */
    private static String tokens(Value turn) {
        Value tokens = turn.at("tokens");
        long input = tokens.number(-1, "input");
        return input < 0 ? "" : input + " + " + tokens.number(0, "output");
    }

    private static String readers(Value turn) {
        return String.join(", ", turn.at("read_by").list().stream().map(Value::text).toList());
    }

    @Command(
            name = "list",
            description = "Lists the turns that clients read now, or may resume, of all agents.",
            mixinStandardHelpOptions = true)
    private static final class ListTurns implements Verb {
        private final Session session;

        @Option(names = "--agent", paramLabel = "AGENT", description = "Only those of this agent.")
        private @Nullable String agent;

        @Option(
                names = "--all",
                description = "Those that clients can resume, also ended ones, with their outcome.")
        private boolean all;

        private ListTurns(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Api api = session.api();
            AgentsCommand.require(api, agent);
            List<Value> turns = all ? all(api, agent) : inProgress(api, agent);
            session.output().items(turns, all ? ALL : LIST);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "show",
            description = "Shows what the daemon knows of one turn.",
            mixinStandardHelpOptions = true)
    private static final class ShowTurn implements Verb {
        private final Session session;

        @Parameters(paramLabel = "TURN", description = "Its id.")
        private String turn = "";

        private ShowTurn(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.output().item(session.api().get(path(turn)), ONE);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "cancel",
            description = "Stops a turn wherever it runs, and says how long that took.",
            mixinStandardHelpOptions = true)
    private static final class CancelTurn implements Verb {
        private final Session session;

        @Parameters(paramLabel = "TURN", description = "Its id.")
        private String turn = "";

        private CancelTurn(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            long before = System.nanoTime();
            session.api().ask(Request.delete(path(turn)));
            Duration time = Duration.ofNanos(System.nanoTime() - before);
            session.output()
                    .done(
                            "the turn no longer runs (" + Ages.precise(time) + ")",
                            Value.members(
                                    "turn",
                                    turn,
                                    "cancelled",
                                    true,
                                    "took_us",
                                    time.toNanos() / 1_000),
                            ONE);
            return ExitCode.OK;
        }
    }
}
