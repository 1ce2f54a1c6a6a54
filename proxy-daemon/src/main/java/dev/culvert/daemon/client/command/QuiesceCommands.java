package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs of {@code culvert agents} for a pause or a snapshot of an agent's virtual machine. */
final class QuiesceCommands {
    /** The daemon may wait for 10 minutes for calls, and then a little for the agent. */
    private static final Duration MOST_WAIT = Duration.ofMinutes(11);

    private QuiesceCommands() {}

    static List<Verb> all(Session session) {
        return List.of(new QuiesceAgent(session), new UnquiesceAgent(session));
    }

    private static String path(String agent) {
        return AgentsCommand.path(agent) + "/quiesce";
    }

    @Command(
            name = "quiesce",
            description =
                    "Parks the turns of an agent, so that its VM can be paused: it takes no new turns,"
                            + " those that run stand still, and the streams of their clients stay open."
                            + " That ends with culvert agents unquiesce, when the VM is back after a"
                            + " pause, or after the limit.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Example, a snapshot of a VM that goes on afterwards:",
                "  culvert agents quiesce web-1 && virsh snapshot-create-as web-1 before;"
                        + " culvert agents unquiesce web-1"
            })
    private static final class QuiesceAgent implements Verb {
        private final Session session;

        @Parameters(paramLabel = "AGENT", description = "Its name.")
        private String agent = "";

        @Option(
                names = "--limit",
                paramLabel = "TIME",
                converter = DurationText.class,
                description =
                        "After this time the turns go on by themselves: from 1s to 24h. Default:"
                                + " home.quiesce_limit of the daemon")
        private @Nullable Duration limit;

        @Option(
                names = "--wait",
                paramLabel = "TIME",
                converter = DurationText.class,
                description =
                        "So long to wait for calls of its tools that run: up to 10m. Default:"
                                + " home.quiesce_wait of the daemon")
        private @Nullable Duration wait;

        private QuiesceAgent(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            List<String> query = new ArrayList<>();
            Duration most = limit;
            if (most != null) {
                query.add("limit_secs=" + most.toSeconds());
            }
            Duration patience = wait;
            if (patience != null) {
                query.add("wait_secs=" + patience.toSeconds());
            }
            Request request =
                    Request.post(
                            path(agent) + (query.isEmpty() ? "" : "?" + String.join("&", query)));
            Value answer = session.api().ask(request.patient(MOST_WAIT));
            for (Value call : answer.at("running_calls").list()) {
                session.output()
                        .note(
                                "tool %s still runs in turn %s: it goes on in each copy of the machine"
                                        .formatted(
                                                Quoted.word(call.text("tool_name")),
                                                Quoted.word(call.text("turn"))));
            }
            long parked = answer.number(0, "turns_parked");
            session.output()
                    .done(
                            "agent '%s' is ready to pause: %s parked"
                                    .formatted(
                                            agent,
                                            parked == 1 ? "1 turn is" : parked + " turns are"),
                            answer,
                            AgentsCommand.ONE);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "unquiesce",
            description =
                    "Lets the parked turns of an agent go on, and lets it take new ones: after a"
                            + " snapshot, if the VM was not restored from one.",
            mixinStandardHelpOptions = true)
    private static final class UnquiesceAgent implements Verb {
        private final Session session;

        @Parameters(paramLabel = "AGENT", description = "Its name.")
        private String agent = "";

        private UnquiesceAgent(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value answer = session.api().ask(Request.delete(path(agent)));
            session.output()
                    .done("the turns of agent '" + agent + "' go on", answer, AgentsCommand.ONE);
            return ExitCode.OK;
        }
    }
}
