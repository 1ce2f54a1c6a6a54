package dev.culvert.daemon.cli;

import dev.culvert.about.Version;
import dev.culvert.daemon.Daemon;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.DatabaseSettings;
import dev.culvert.daemon.config.SettingsReader;
import dev.culvert.io.LogStream;
import dev.culvert.io.Signals;
import dev.culvert.settings.Settings;
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
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The entry point of {@code culvertd}. */
public final class Main {
    private final PrintWriter out;
    private final CountDownLatch stop = new CountDownLatch(1);

    private Main(PrintWriter out) {
        this.out = out;
    }

    /** Runs the command that the arguments name; {@code culvertd --help} lists the exit codes. */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(Culvertd.run(new Main(out)::serve, System.getenv(), out, err, arguments));
    }

    private int serve(Settings<DaemonSettings> read, SettingsReader again, Optional<Path> file)
            throws IOException, InterruptedException {
        DaemonSettings settings = read.value();
        LogStream.install(System.getenv());
        System.setProperty(
                "org.slf4j.simpleLogger.defaultLogLevel",
                settings.logLevel().name().toLowerCase(Locale.ROOT));
        Logger log = LoggerFactory.getLogger(Main.class); // created only when its level is known
        try (Daemon daemon = Daemon.start(read, again, Systemd.of(System.getenv()))) {
            Signals.handle("TERM", () -> stop(daemon));
            Signals.handle("INT", () -> stop(daemon));
            boolean heedsHangup = Signals.handle("HUP", daemon::reload);
            announce(daemon.addresses(), settings);
            log.info(
                    "culvertd {} started: {}, listening on {}, {}, {}, {}",
                    Version.text(),
                    file.map(path -> "settings of " + path).orElse("no settings file"),
                    daemon.addresses().stream().map(Main::url).collect(Collectors.joining(", ")),
                    admin(daemon.adminAddresses()),
                    settings.agents().size() == 1
                            ? "1 agent"
                            : settings.agents().size() + " agents",
                    state(settings));
            if (!heedsHangup) {
                log.warn(
                        "SIGHUP is ignored, because this process was started that way (nohup does"
                                + " that): reload with POST"
                                + " /api/v1/admin/reload (culvert reload)");
            }
            daemon.ready();
            stop.await();
        }
        return 0;
    }

    private static String state(DaemonSettings settings) {
        String directory =
                settings.stateDir().map(path -> "state in " + path).orElse("no state_dir");
        return settings.database()
                .url()
                .map(url -> directory + ", database in " + DatabaseSettings.name(url))
                .orElse(directory);
    }

    /** The first signal drains; a second one cuts what is left. */
    private void stop(Daemon daemon) {
        if (stop.getCount() == 0) {
            daemon.hurry();
        }
        stop.countDown();
    }

    private void announce(List<AgentAddress> addresses, DaemonSettings settings) {
        addresses.forEach(address -> out.println("listening on " + url(address)));
        if (!isTerminal()) {
            return;
        }
        out.println(
                settings.agents().isEmpty()
                        ? "there are no agents yet: add one with culvert agents add NAME --address"
                                + " HOST:PORT, or start with --agent NAME=HOST:PORT"
                        : "try: " + curl(addresses.getFirst(), settings.agents().getFirst().id()));
    }

    @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again without a terminal
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private static String url(AgentAddress address) {
        return address instanceof AgentAddress.Tcp tcp
                ? tcp.toString().replaceFirst("^t[a-z]*", tcp.tls() ? "https" : "http")
                : address.toString();
    }

    private static String admin(List<AgentAddress> addresses) {
        return addresses.isEmpty()
                ? "no admin socket"
                : "admin socket "
                        + addresses.stream()
                                .map(AgentAddress::toString)
                                .collect(Collectors.joining(", "));
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
