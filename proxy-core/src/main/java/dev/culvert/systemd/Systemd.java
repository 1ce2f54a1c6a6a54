package dev.culvert.systemd;

import dev.culvert.transport.EventLoops;
import dev.culvert.transport.InheritedSocket;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What systemd, or a manager like it, told this process in its environment. */
public final class Systemd {
    /** Without a manager. */
    public static final Systemd ABSENT = new Systemd(Map.of());

    /**
     * Tells nobody. Made with this class, so that a guest's class cache contains its class, too.
     */
    static final Notifier SILENT =
            new Notifier() {
                @Override
                public void ready(Supplier<String> status) {}

                @Override
                public void reloading() {}

                @Override
                public void reloaded() {}

                @Override
                public void stopping(Duration patience) {}
            };

    private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);
    private static final int FIRST_FD = 3;

    private final Map<String, String> environment;

    private Systemd(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Reads {@code environment}, which is that of this process. */
    public static Systemd of(Map<String, String> environment) {
        return new Systemd(environment);
    }

    /**
     * The sockets that the manager opened for this process, not for another one.
     *
     * @throws IOException with one sentence, if one of them cannot be used as a listener
     */
    public List<InheritedSocket> sockets() throws IOException {
        String count = environment.get("LISTEN_FDS");
        String pid = environment.get("LISTEN_PID");
        if (count == null || pid == null || !isOurs(pid)) {
            return List.of();
        }
        String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        List<InheritedSocket> sockets = new ArrayList<>();
        for (int i = 0; i < number("LISTEN_FDS", count); i++) {
            String name = i < names.length ? names[i] : "";
            sockets.add(InheritedSocket.of(FIRST_FD + i, name.isEmpty() ? "unnamed" : name));
        }
        return sockets;
    }

    /**
     * Connects to the manager; silent if it does not ask to be told. Waits for an event loop.
     *
     * @throws IOException with one sentence, if what it asks for makes no sense
     */
    public Notifier notifier(EventLoops loops) throws IOException {
        String name = environment.get("NOTIFY_SOCKET");
        if (name == null) {
            return SILENT;
        }
        Future<Channel> connected =
                loops.transport().connectDatagrams(loops.next(), name).awaitUninterruptibly();
        if (!connected.isSuccess()) {
            LOG.warn(
                    "cannot tell systemd how this process is: NOTIFY_SOCKET={} does not accept a connection"
                            + " ({})",
                    name,
                    connected.cause().toString());
            return SILENT;
        }
        return new SystemdNotifier(loops.group(), connected.getNow(), watchdog());
    }

    private @Nullable Duration watchdog() throws IOException {
        String micros = environment.get("WATCHDOG_USEC");
        String pid = environment.get("WATCHDOG_PID");
        return micros == null || (pid != null && !isOurs(pid))
                ? null
                : Duration.of(number("WATCHDOG_USEC", micros), ChronoUnit.MICROS);
    }

    private static long number(String variable, String text) throws IOException {
        try {
            long number = Long.parseLong(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // reported below
        }
        throw new IOException(variable + " is \"" + text + "\": it must be a number above 0");
    }

    /* Not ProcessHandle: loading it takes a twentieth of a guest's start. */
    private static boolean isOurs(String pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self")).toString().equals(pid);
    }
}
