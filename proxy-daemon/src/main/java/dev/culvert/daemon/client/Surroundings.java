package dev.culvert.daemon.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.io.Signals;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What the command has around it.
 *
 * @param out data; flush it when somebody waits for it
 */
public record Surroundings(
        Map<String, String> environment,
        InputStream in,
        PrintWriter out,
        PrintWriter err,
        Place place) {

    /**
     * Where it runs.
     *
     * @param settings the folder with the user's settings
     * @param adminSockets where a daemon on this host may have its admin socket, the first first
     * @param onInterrupt takes what Ctrl-C is to do; it runs on a thread of its own
     */
    public record Place(
            Path settings,
            List<Path> adminSockets,
            Terminal terminal,
            Consumer<Runnable> onInterrupt) {
        public Place {
            adminSockets = List.copyOf(adminSockets);
        }
    }

    private static final Path OF_THE_PACKAGE = Path.of("/run/culvert/admin.sock");

    public static Surroundings ofThisProcess() {
        Map<String, String> environment = System.getenv();
        return new Surroundings(
                environment,
                new FileInputStream(FileDescriptor.in),
                writer(FileDescriptor.out),
                writer(FileDescriptor.err),
                new Place(
                        settings(environment),
                        adminSockets(environment),
                        terminal(environment),
                        action -> Signals.handle("INT", action)));
    }

    /** As the XDG Base Directory Specification has it. */
    private static Path settings(Map<String, String> environment) {
        String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path home =
                config.startsWith("/")
                        ? Path.of(config)
                        : Path.of(environment.getOrDefault("HOME", "/"), ".config");
        return home.resolve("culvert");
    }

    /** The places that {@code admin.listen} has by default, in the daemon's order. */
    static List<Path> adminSockets(Map<String, String> environment) {
        String ofUser = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        return ofUser.startsWith("/")
                ? List.of(Path.of(ofUser, "culvert", "admin.sock"), OF_THE_PACKAGE)
                : List.of(OF_THE_PACKAGE);
    }

    /* The launcher sets culvert.terminal to the numbers of the descriptors that are terminals, and
     * culvert.columns. Without it, the JDK knows whether stdin and stdout both are. */
    private static Terminal terminal(Map<String, String> environment) {
        String descriptors = System.getProperty("culvert.terminal");
        boolean both = descriptors == null && hasConsole();
        boolean out = both || (descriptors != null && descriptors.contains("1"));
        boolean err = both || (descriptors != null && descriptors.contains("2"));
        String columns =
                System.getProperty("culvert.columns", environment.getOrDefault("COLUMNS", ""));
        return new Terminal(
                out,
                err,
                columns.matches("[1-9][0-9]{1,3}")
                        ? Integer.parseInt(columns)
                        : Terminal.USUAL_COLUMNS);
    }

    @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again without a terminal
    private static boolean hasConsole() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), UTF_8));
    }
}
