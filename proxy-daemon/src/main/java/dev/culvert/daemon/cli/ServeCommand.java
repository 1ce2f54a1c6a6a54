package dev.culvert.daemon.cli;

import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.config.LogLevel;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Node;
import dev.culvert.settings.Position;
import dev.culvert.settings.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvertd serve}. */
@Command(
        name = "serve",
        description = "Runs the daemon until SIGTERM or SIGINT; SIGHUP reloads the settings.",
        mixinStandardHelpOptions = true,
        versionProvider = Culvertd.BuildVersion.class,
        sortOptions = false,
        footer = {
            "",
            "Environment:",
            "  CULVERT_CONFIG   the settings file, unless --config is given",
            "  CULVERT_KEY      any key of the file: http.listen is CULVERT_HTTP_LISTEN;",
            "                   a list is separated by commas, or written as JSON",
            "  STATE_DIRECTORY  state_dir, if nothing else sets it; systemd sets this variable",
            "  RUNTIME_DIRECTORY, XDG_RUNTIME_DIR",
            "                   the folder of the admin socket, if nothing else sets admin.listen;",
            "                   systemd sets the first, a login the second",
            "",
            "Under systemd it reports readiness, reloads, stops and its status (NOTIFY_SOCKET),",
            "feeds the watchdog while every event loop runs (WATCHDOG_USEC), and listens on the",
            "sockets of a socket unit instead of http.listen (LISTEN_FDS). In the journal, lines",
            "have priorities (JOURNAL_STREAM); elsewhere they have times.",
            "",
            "Flags override the environment, which overrides the file, which overrides the",
            "defaults. Lists are replaced, never merged: --agent replaces all agents of the file.",
            "",
            "The first SIGTERM or SIGINT drains: turns get timeouts.drain to end. A second one"
                    + " cuts",
            "the remaining ones.",
            "",
            "Examples:",
            "  culvertd serve --agent web=127.0.0.1:9103",
            "  culvertd serve --http unix:///run/culvert/http.sock --agent web=vsock://3:1024",
            "  CULVERT_TIMEOUTS_MESSAGE=2m culvertd serve --config fleet.jsonc --print-config"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped by a signal, after streams had time to end",
            "1:could not run",
            "2:wrong flags or settings; every mistake is printed"
        })
final class ServeCommand implements Callable<Integer> {
    private final Launcher launcher;
    private final Layers layers;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "JSON with comments. Without this flag:",
                "/etc/culvert/culvertd.jsonc, if it is there."
            })
    private @Nullable Path config;

    @Option(
            names = "--http",
            paramLabel = "ADDRESS",
            description = {
                "Where clients reach the daemon: HOST:PORT, :PORT on",
                "loopback, or unix:///PATH; can be given several times.",
                "Default: 127.0.0.1:8470"
            })
    private @Nullable List<String> http;

    @Option(
            names = "--agent",
            paramLabel = "ID=ADDRESS",
            description = {
                "An agent and its address: vsock://CID:PORT,",
                "unix:///PATH?port=PORT, unix:///PATH or HOST:PORT;",
                "can be given several times."
            })
    private @Nullable List<String> agents;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            completionCandidates = LogLevels.class,
            description = "error, warn, info, debug or trace. Default: info")
    private @Nullable String logLevel;

    @Option(
            names = "--print-config",
            description = {
                "Prints the settings in force, with the source of each that is",
                "not a default, and stops."
            })
    private boolean printConfig;

    ServeCommand(Launcher launcher, Layers layers) {
        this.launcher = launcher;
        this.layers = layers;
    }

    @Override
    public Integer call() throws Exception {
        Settings<DaemonSettings> settings = read();
        if (printConfig) {
            spec.commandLine().getOut().print(settings.print());
            spec.commandLine().getOut().flush();
            return 0;
        }
        return launcher.run(settings, this::read, layers.file(config));
    }

    private Settings<DaemonSettings> read() throws BadSettingsException {
        return layers.read(flags(), layers.file(config));
    }

    private Map<String, Node> flags() {
        Map<String, Node> flags = new HashMap<>();
        if (http != null) {
            Position origin = Position.of("flag --http");
            List<Node> nodes = http.stream().map(text -> Node.plain(origin, text)).toList();
            flags.put("http.listen", new Node.Items(origin, nodes));
        }
        if (agents != null) {
            Position origin = Position.of("flag --agent");
            List<Node> nodes = agents.stream().map(text -> agent(origin, text)).toList();
            flags.put("agents", new Node.Items(origin, nodes));
        }
        if (logLevel != null) {
            flags.put("log_level", Node.plain(Position.of("flag --log-level"), logLevel));
        }
        return flags;
    }

    private Node agent(Position origin, String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--agent takes ID=ADDRESS and got \"" + text + "\"");
        }
        Node id = Node.plain(origin, text.substring(0, equals));
        Node address = Node.plain(origin, text.substring(equals + 1));
        return new Node.Members(origin, Map.of("id", id, "address", address));
    }

    /** As they are written in settings. */
    private static final class LogLevels implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.of(LogLevel.values())
                    .map(level -> level.name().toLowerCase(Locale.ROOT))
                    .iterator();
        }
    }
}
