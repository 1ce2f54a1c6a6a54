package dev.culvert.daemon;

import dev.culvert.daemon.client.Surroundings;
import dev.culvert.daemon.client.command.Culvert;
import dev.culvert.daemon.client.output.Terminal;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What one run of {@code culvert} printed, and its exit code. */
record CommandRun(int code, String out, String err) {

    /** A user of the command, with a folder for settings, and no terminal unless it is said. */
    static final class User {
        private final Path settings;
        private final Map<String, String> environment = new HashMap<>();
        private final List<Path> adminSockets = new ArrayList<>();
        private Terminal terminal = Terminal.NONE;
        private Consumer<Runnable> onInterrupt = _ -> {};
        private volatile StringWriter out = new StringWriter();
        private volatile StringWriter err = new StringWriter();
        private String in = "";

        User(Path settings) {
            this.settings = settings;
            adminSockets.add(settings.resolve("admin.sock"));
        }

        /** Talks to this daemon. */
        static User of(TestDaemon daemon) {
            return new User(Path.of("/nonexistent"))
                    .with("CULVERT_URL", "http://127.0.0.1:" + daemon.port());
        }

        User with(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        /** Looks for an admin socket there, before it does so in its folder. */
        User tryingFirst(Path... sockets) {
            adminSockets.addAll(0, List.of(sockets));
            return this;
        }

        User at(Terminal seen) {
            terminal = seen;
            return this;
        }

        /**
         * Can press Ctrl-C.
         *
         * @param handler gets what that does
         */
        User interruptible(Consumer<Runnable> handler) {
            onInterrupt = handler;
            return this;
        }

        User typing(String text) {
            in = text;
            return this;
        }

        /** What the run has printed so far. */
        String printed() {
            return out.toString();
        }

        /** What it has said on stderr so far. */
        String told() {
            return err.toString();
        }

        CommandRun run(String... arguments) {
            out = new StringWriter();
            err = new StringWriter();
            Surroundings around =
                    new Surroundings(
                            environment,
                            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                            new PrintWriter(out),
                            new PrintWriter(err),
                            new Surroundings.Place(settings, adminSockets, terminal, onInterrupt));
            int code = Culvert.run(around, arguments);
            return new CommandRun(code, out.toString(), err.toString());
        }
    }
}
