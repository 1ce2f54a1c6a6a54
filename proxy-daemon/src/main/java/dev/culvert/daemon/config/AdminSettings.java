package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.AgentAddress.Unix;
import java.nio.file.Path;
import java.util.List;

/**
 * The section {@code admin}: the sockets of operators.
 *
 * @param listen Unix sockets; empty for none
 * @param maxConnections at once; one more is answered 503 and closed
 */
public record AdminSettings(List<AgentAddress> listen, int maxConnections) {
    private static final Path USUAL = Path.of("culvert", "admin.sock");

    public static final AdminSettings DEFAULTS =
            new AdminSettings(List.of(AgentAddress.parse("unix:///run/culvert/admin.sock")), 64);

    public AdminSettings {
        listen = List.copyOf(listen);
        for (int index = 0; index < listen.size(); index++) {
            Check.that(
                    listen.get(index) instanceof Unix,
                    "listen[" + index + "]",
                    listen.get(index),
                    "whoever can connect may do everything, so it must be a Unix socket:"
                            + " unix:///PATH");
        }
        Check.atLeast("max_connections", maxConnections, 1);
    }

    /**
     * Whether a command looks for the socket there by itself. At such a place the daemon makes the
     * folder and runs even if it cannot have the socket, for example because another daemon has it.
     */
    public static boolean isUsual(AgentAddress address) {
        return address instanceof Unix unix && Path.of(unix.path()).endsWith(USUAL);
    }

    /** How these connections are served: as clients' connections are, but counted apart. */
    public HttpSettings http(HttpSettings clients) {
        return clients.withConnections(maxConnections);
    }

    static AdminSettings read(Section in) {
        return new AdminSettings(
                in.list("listen", DaemonSettings.LISTENER, DEFAULTS.listen),
                in.get("max_connections", Kind.INT, DEFAULTS.maxConnections));
    }
}
