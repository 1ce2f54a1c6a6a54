package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.forward.AgentPort;
import dev.culvert.daemon.client.forward.ReversePair;
import dev.culvert.daemon.client.http.Tunnel;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert reverse AGENT PORT:HOST:PORT…}. */
@Command(
        name = "reverse",
        description =
                "Lets a port of a VM lead to a service of the host, until Ctrl-C. The VM needs no"
                        + " network for that.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The daemon must list the service (reach.services) and the agent's program its port",
            "(culvert-agent --reverse-ports); the token needs the scope reach. The port is opened on",
            "the VM's loopback address. HOST is looked up and connected to by the daemon, so",
            "127.0.0.1 is the daemon's machine, and not this one.",
            "",
            "When the daemon or the agent goes, the port is closed, and the command ends with 3.",
            "",
            "Examples:",
            "  culvert reverse web-1 15432:127.0.0.1:5432",
            "  culvert reverse web-1 15432:db.internal:5432 16379:[::1]:6379"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "1:the port is taken in the VM, or cannot be opened there",
            "3:the daemon or the agent cannot be reached, or has gone",
            "4:the token, the daemon or the agent does not allow it",
            "5:there is no such agent",
            "130:stopped with Ctrl-C"
        })
final class ReverseCommand implements Verb {
    private static final View OPENED =
            View.of(
                    "port",
                    Column.of("AGENT", "agent"),
                    Column.number("PORT", "port"),
                    Column.of("SERVICE", "service"));

    private final Session session;

    @Parameters(index = "0", paramLabel = "AGENT", description = "The id of the agent.")
    private String agent = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "PORT:HOST:PORT",
            description = "A port of the agent's VM and the service to which it leads.")
    private List<String> ways = List.of();

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "1m",
            converter = DurationText.class,
            description =
                    "How long to wait at the beginning for an agent that is away. Default: 1m; 0s does"
                            + " not wait")
    private Duration wait = Duration.ofMinutes(1);

    ReverseCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        List<ReversePair> pairs = new ArrayList<>();
        for (String way : ways) {
            pairs.add(ReversePair.parse(way));
        }
        CompletableFuture<String> end = new CompletableFuture<>();
        Thread waiting = Thread.currentThread();
        session.around().place().onInterrupt().accept(waiting::interrupt);
        List<Tunnel> open = new ArrayList<>();
        try {
            for (ReversePair pair : pairs) {
                AgentPort port = AgentPort.opened(session.api(), agent, pair, wait);
                port.check(); // a daemon that is not there is not waited for
                Tunnel tunnel = port.open(new AgentNotes(session, agent));
                open.add(tunnel);
                Thread.ofVirtual().start(() -> watch(tunnel, pair, end));
                session.output()
                        .event(
                                Value.members(
                                        "agent",
                                        agent,
                                        "port",
                                        pair.port(),
                                        "service",
                                        pair.service()),
                                OPENED);
            }
            session.output()
                    .note(
                            "these ports of agent %s are open until Ctrl-C"
                                    .formatted(Quoted.word(agent)));
            session.output().note(end.get());
            return ExitCode.UNREACHABLE;
        } catch (InterruptedException _) {
            return ExitCode.INTERRUPTED;
        } catch (ExecutionException e) {
            throw new IOException(Quoted.message(e), e);
        } finally {
            for (Tunnel each : open) {
                each.close();
            }
        }
    }

    /** The port is open as long as the daemon says nothing. */
    private void watch(Tunnel tunnel, ReversePair pair, CompletableFuture<String> end) {
        String why = "the agent or the daemon has gone, or the token is not valid any longer";
        try {
            while (tunnel.in().read() >= 0) {
                // nothing is to come
            }
        } catch (IOException e) {
            why += " (" + Quoted.message(e) + ")";
        }
        end.complete(
                "port %d of agent %s is closed: %s"
                        .formatted(pair.port(), Quoted.word(agent), why));
    }
}
