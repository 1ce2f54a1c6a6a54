package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Tone;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.value.Value;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    private static final List<String> USUAL =
            List.of("https://api.openai.com/v1/models", "https://api.anthropic.com/v1/models");

    private ReachCommand() {}

    static CommandLine with(Session session) {
        return new CommandLine(new ReachCommand())
                .addSubcommand(new Setup(session))
                .addSubcommand(new Health(session))
                .addSubcommand(new Stop(session));
    }

    /** The flag of all three. */
    private static final class DryRun {
        @Option(
                names = "--dry-run",
                description = "Says what it would do, and changes and checks nothing.")
        private boolean on;
    }

    private static int print(Session session, List<Value> steps) {
        session.output().items(steps, VIEW);
        return steps.stream().allMatch(it -> it.text("ok").equals("true"))
                ? ExitCode.OK
                : ExitCode.FAILED;
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
    private static final class Setup implements Verb {
        private final Session session;

        @Mixin private final DryRun dry = new DryRun();

        @Parameters(
                paramLabel = "URL",
                arity = "0..*",
                description = "Servers to check. Default: the APIs of OpenAI and Anthropic")
        private List<String> urls = USUAL;

        private Setup(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            ReachSteps steps = new ReachSteps(session.api(), session.output()::progress);
            if (steps.findTunnels()) {
                steps.makeKeys(dry.on);
                steps.startTunnels(dry.on);
            }
            steps.check(urls, dry.on);
            session.output().progressEnds();
            return print(session, steps.done());
        }
    }

    @Command(
            name = "health",
            description = "Says whether keys are there, tunnels are up, and servers reachable.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:all is well", "1:something is not"})
    private static final class Health implements Verb {
        private final Session session;

        @Mixin private final DryRun dry = new DryRun();

        @Parameters(
                paramLabel = "URL",
                arity = "0..*",
                description = "Servers to check. Default: the APIs of OpenAI and Anthropic")
        private List<String> urls = USUAL;

        private Health(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            ReachSteps steps = new ReachSteps(session.api(), session.output()::progress);
            if (steps.findTunnels()) {
                steps.lookAtKeys();
                steps.lookAtTunnels();
            }
            steps.check(urls, dry.on);
            session.output().progressEnds();
            return print(session, steps.done());
        }
    }

    @Command(
            name = "stop",
            description =
                    "Stops the tunnels, with their processes and sockets. Keys and settings stay.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:no tunnel runs", "1:one could not be stopped"})
    private static final class Stop implements Verb {
        private final Session session;

        @Mixin private final DryRun dry = new DryRun();

        private Stop(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            ReachSteps steps = new ReachSteps(session.api(), session.output()::progress);
            if (steps.findTunnels()) {
                steps.stopTunnels(dry.on);
            }
            session.output().progressEnds();
            return print(session, steps.done());
        }
    }
}
