package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert reach …}. */
@Command(
        name = "reach",
        description =
                "Does what the daemon's host needs to reach others: SSH keys, tunnels"
                        + " and checks.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "It works on the tunnels that the daemon has (the setting tunnels, and culvert tunnel"
                    + " add).",
            "Each step can be repeated: what is done already stays as it is."
        })
final class ReachCommand {
    private static final View VIEW =
            View.of(
                    "step",
                    Column.of("STEP", "step"),
                    Column.of("STATE", "state")
                            .in(it -> it.text("ok").equals("true") ? Tone.GOOD : Tone.BAD),
                    Column.of("DETAIL", "detail"));

    private static final String PATH = "/api/v1/reach/";

    /** More than the daemon waits for tunnels and checks. */
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private ReachCommand() {}

    static CommandLine with(Session session) {
        return new CommandLine(new ReachCommand())
                .addSubcommand(new Setup(session))
                .addSubcommand(new Health(session))
                .addSubcommand(new Stop(session));
    }

    /** What all three have in common. */
    private abstract static class OfHost implements Verb {
        private final Session session;

        @Option(
                names = "--dry-run",
                description = "Says what it would do, and changes and checks nothing.")
        private boolean isDry;

        private OfHost(Session session) {
            this.session = session;
        }

        /** Asks the daemon, which does it. */
        final int ask(String what, Map<String, Value> more) throws IOException {
            Map<String, Value> body = new LinkedHashMap<>(more);
            body.put("dry_run", Value.of(isDry));
            session.output().progress("waiting for tunnels and checks");
            Value answer;
            try {
                answer =
                        session.api()
                                .ask(
                                        Request.post(PATH + what, new Value.Members(body))
                                                .patient(PATIENCE));
            } finally {
                session.output().progressEnds();
            }
            session.output().items(answer.at("steps").list(), VIEW);
            return answer.text("ok").equals("true") ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    /** Those that check servers, too. */
    private abstract static class WithServers extends OfHost {
        private final String what;

        @Parameters(
                paramLabel = "URL",
                arity = "0..*",
                description = "Servers to check. Default: the APIs of OpenAI and Anthropic")
        private List<String> urls = List.of();

        private WithServers(String what, Session session) {
            super(session);
            this.what = what;
        }

        @Override
        public final int run() throws IOException {
            return ask(
                    what,
                    urls.isEmpty()
                            ? Map.of()
                            : Map.of("urls", Value.of(urls.stream().map(Value::of).toList())));
        }
    }

    @Command(
            name = "setup",
            description =
                    "Makes the SSH keys that tunnels name, if they are missing, starts the tunnels"
                            + " that are not up, and checks servers.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "What it cannot do by itself it says: put a new key on the server (culvert keys"
                        + " show), and",
                "trust the server's key (culvert tunnel trust)."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:all is well", "1:a step has failed"})
    private static final class Setup extends WithServers {
        private Setup(Session session) {
            super("setup", session);
        }
    }

    @Command(
            name = "health",
            description = "Says whether keys are there, tunnels are up, and servers reachable.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:all is well", "1:something is not"})
    private static final class Health extends WithServers {
        private Health(Session session) {
            super("health", session);
        }
    }

    @Command(
            name = "stop",
            description =
                    "Stops the SSH tunnels, with their processes and sockets. Keys and settings stay.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:no tunnel runs", "1:one could not be stopped"})
    private static final class Stop extends OfHost {
        private Stop(Session session) {
            super(session);
        }

        @Override
        public int run() throws IOException {
            return ask("stop", Map.of());
        }
    }
}
