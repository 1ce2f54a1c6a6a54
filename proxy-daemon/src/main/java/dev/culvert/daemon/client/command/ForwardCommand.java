package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.forward.AgentPort;
import dev.culvert.daemon.client.forward.Listener;
import dev.culvert.daemon.client.forward.PortPair;
import dev.culvert.daemon.client.forward.Stdio;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Tunnel;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert forward AGENT PORT…}. */
@Command(
        name = "forward",
        description =
                "Opens a connection to a port of an agent's VM, for each that comes to a port here,"
                        + " until Ctrl-C. The VM needs no network for that.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The agent's program must allow its ports (culvert-agent --forward-ports), and so must",
            "the daemon (reach.ports); the token needs the scope reach.",
            "",
            "PORT is one of:",
            "  8080                 port 8080 here and there",
            "  8080:80              port 8080 here, 80 there",
            "  0:80                 any free port here, which is printed",
            "  8000-8010            each of these ports; 8000-8010:9000-9010 leads to others",
            "",
            "Examples:",
            "  culvert forward web-1 8080:80 5432",
            "  culvert forward --stdio web-1 22"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:with --stdio, the connection has ended",
            "1:a port here is taken, or nothing listens in the VM",
            "3:the daemon or the agent cannot be reached",
            "4:the token, the daemon or the agent does not allow it",
            "5:there is no such agent",
            "130:stopped with Ctrl-C"
        })
final class ForwardCommand implements Verb {
    private static final String SUFFIX = ".culvert";

    private static final View OPENED =
            View.of(
                    "address",
                    Column.of("ADDRESS", "address"),
                    Column.of("AGENT", "agent"),
                    Column.number("PORT", "port"));

    private final Session session;

    @Parameters(index = "0", paramLabel = "AGENT", description = "The id of the agent.")
    private String agent = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "PORT",
            description = "Such as 8080, 8080:80, 0:80 or 8000-8010.")
    private List<String> ports = List.of();

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "Where to listen here. Whoever reaches it reaches the agent's ports. Default:"
                            + " 127.0.0.1")
    private String address = "127.0.0.1";

    @Option(
            names = "--stdio",
            description =
                    "Opens no port here: carries one connection on stdin and stdout. A suffix"
                            + " .culvert of AGENT is left out, as ssh's ProxyCommand needs it.")
    private boolean stdio;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "1m",
            converter = DurationText.class,
            description =
                    "How long a connection waits for an agent that is away. Default: 1m; 0s does not"
                            + " wait")
    private Duration wait = Duration.ofMinutes(1);

    ForwardCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        List<PortPair> pairs = PortPair.parse(ports);
        if (stdio) {
            if (pairs.size() != 1) {
                throw new UsageException(
                        "--stdio carries one connection: name one port of the agent");
            }
            return carry(pairs.getFirst().remote());
        }
        return listen(pairs);
    }

    private int carry(int port) throws IOException {
        String name =
                agent.endsWith(SUFFIX)
                        ? agent.substring(0, agent.length() - SUFFIX.length())
                        : agent;
        AtomicBoolean stopped = new AtomicBoolean();
        Thread waiting = Thread.currentThread();
        session.around()
                .place()
                .onInterrupt()
                .accept(() -> {
                    stopped.set(true);
                    waiting.interrupt();
                });
        try {
            Tunnel tunnel =
                    AgentPort.reached(session.api(), name, port, wait)
                            .open(new AgentNotes(session, name));
            new Stdio(session.around().in(), new FileOutputStream(FileDescriptor.out)).run(tunnel);
            return stopped.get() ? ExitCode.INTERRUPTED : ExitCode.OK;
        } catch (InterruptedException _) {
            return ExitCode.INTERRUPTED;
        }
    }

    private int listen(List<PortPair> pairs) throws IOException {
        Api api = session.api();
        InetAddress here = here();
        AgentNotes notes = new AgentNotes(session, agent);
        for (PortPair pair : pairs) {
            port(api, pair).check();
        }
        List<Listener> listeners = new ArrayList<>();
        CompletableFuture<Integer> end = new CompletableFuture<>();
        session.around().place().onInterrupt().accept(() -> end.complete(ExitCode.INTERRUPTED));
        try {
            for (PortPair pair : pairs) {
                Listener opened = Listener.open(here, pair.local(), port(api, pair), notes);
                listeners.add(opened);
                show(opened, pair);
            }
            session.output().note("these ports lead to agent %s until Ctrl-C".formatted(agent));
            listeners.forEach(it -> Thread.ofVirtual().start(() -> serve(it, end)));
            return end.get();
        } catch (InterruptedException _) {
            return ExitCode.INTERRUPTED;
        } catch (ExecutionException e) {
            throw new IOException("a port here cannot be used any longer: " + Quoted.message(e), e);
        } finally {
            for (Listener each : listeners) {
                each.close();
            }
        }
    }

    private AgentPort port(Api api, PortPair pair) {
        return AgentPort.reached(api, agent, pair.remote(), wait);
    }

    private InetAddress here() throws IOException {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new UsageException(
                    "--address '%s' is no address of this machine".formatted(Quoted.word(address)));
        }
    }

    private void show(Listener opened, PortPair pair) {
        InetSocketAddress at = opened.address();
        String host = at.getAddress().getHostAddress();
        String text = (host.contains(":") ? "[" + host + "]" : host) + ":" + at.getPort();
        session.output()
                .event(
                        Value.members("address", text, "agent", agent, "port", pair.remote()),
                        OPENED);
    }

    private static void serve(Listener listener, CompletableFuture<Integer> end) {
        try {
            listener.serve();
        } catch (IOException e) {
            end.completeExceptionally(e);
        }
    }
}
