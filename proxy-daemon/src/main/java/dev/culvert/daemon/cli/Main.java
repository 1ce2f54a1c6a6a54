package dev.culvert.daemon.cli;

import dev.culvert.daemon.Daemon;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.SettingsReader;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Where the process {@code culvertd} begins. */
public final class Main {
    private final PrintWriter out;
    private final CountDownLatch stop = new CountDownLatch(1);

    private Main(PrintWriter out) {
        this.out = out;
    }

    /** Does what the arguments say; {@code culvertd --help} tells the exit codes. */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(Culvertd.run(new Main(out)::serve, System.getenv(), out, err, arguments));
    }

    private int serve(DaemonSettings settings, SettingsReader again, Optional<Path> file)
            throws IOException, InterruptedException {
        System.setProperty(
                "org.slf4j.simpleLogger.defaultLogLevel",
                settings.logLevel().name().toLowerCase(Locale.ROOT));
        try (Daemon daemon = Daemon.start(settings, again, Systemd.of(System.getenv()))) {
            Signals.handle("TERM", stop::countDown);
            Signals.handle("INT", stop::countDown);
            Signals.handle("HUP", daemon::reload);
            announce(daemon.addresses(), settings);
            daemon.ready();
            stop.await();
        }
        return 0;
    }

    private void announce(List<AgentAddress> addresses, DaemonSettings settings) {
        addresses.forEach(address -> out.println("listening on " + url(address)));
        if (isTerminal() && !settings.agents().isEmpty()) {
            out.println("try: " + curl(addresses.getFirst(), settings.agents().getFirst().id()));
        }
    }

    @SuppressWarnings("SystemConsoleNull") // from JDK 25 on it is null again where there is none
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private static String url(AgentAddress address) {
        return address instanceof AgentAddress.Tcp tcp
                ? tcp.toString().replaceFirst("^tcp", "http")
                : address.toString();
    }

    private static String curl(AgentAddress address, String agentId) {
        String to =
                address instanceof AgentAddress.Unix unix
                        ? "--unix-socket " + unix.path() + " http://localhost"
                        : url(address);
        return "curl -N -H 'content-type: application/json'"
                + " -d '{\"role\":\"user\",\"content\":\"hello\"}' "
                + to
                + "/api/v1/agents/"
                + agentId
                + "/stream";
    }
}
