package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.Guest;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert vm start} and so on, and the same of {@code ct}. */
final class PowerCommands {
    private PowerCommands() {}

    static CommandLine add(CommandLine parent, Session session, String kind) {
        return parent.addSubcommand(new Start(session, kind))
                .addSubcommand(new Shutdown(session, kind))
                .addSubcommand(new Stop(session, kind))
                .addSubcommand(new Reboot(session, kind))
                .addSubcommand(new Suspend(session, kind))
                .addSubcommand(new Resume(session, kind));
    }

    /** How long the guest's own system may take. */
    private static void fillTime(@Nullable Duration time, Map<String, Value> body) {
        if (time != null) {
            body.put("timeout", Value.of(time.toSeconds()));
        }
    }

    @Command(
            name = "start",
            description = "Starts a guest, and waits until Proxmox has done it.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Start extends GuestBatchVerb {
        private Start(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "start";
        }

        @Override
        boolean isNeededBy(Guest guest) {
            return !guest.isRunning();
        }
    }

    @Command(
            name = "shutdown",
            description = "Shuts a guest down, by its own system, and waits until it is stopped.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Shutdown extends GuestBatchVerb {
        @Option(
                names = "--within",
                paramLabel = "TIME",
                converter = DurationText.class,
                description = "How long its system may take, such as 2m; then it fails.")
        private @Nullable Duration within;

        @Option(names = "--force", description = "Stop it at once when that time is up.")
        private boolean force;

        private Shutdown(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "shutdown";
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) {
            fillTime(within, body);
            if (force) {
                body.put("forceStop", Value.of(true));
            }
        }

        @Override
        boolean isNeededBy(Guest guest) {
            return guest.isRunning();
        }
    }

    @Command(
            name = "stop",
            description =
                    "Stops a guest at once, as if its power were cut: what it has not written to"
                            + " its disks is lost.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Stop extends GuestBatchVerb {
        private Stop(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "stop";
        }

        @Override
        boolean isNeededBy(Guest guest) {
            return !guest.state().equals("stopped");
        }
    }

    @Command(
            name = "reboot",
            description = "Reboots a guest, by its own system.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Reboot extends GuestBatchVerb {
        @Option(
                names = "--within",
                paramLabel = "TIME",
                converter = DurationText.class,
                description = "How long its system may take, such as 2m; then it fails.")
        private @Nullable Duration within;

        private Reboot(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "reboot";
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) {
            fillTime(within, body);
        }

        @Override
        boolean isNeededBy(Guest guest) {
            return guest.isRunning();
        }
    }

    @Command(
            name = "suspend",
            description = "Suspends a guest, so that it uses no CPU until it is resumed.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Suspend extends GuestBatchVerb {
        @Option(
                names = "--to-disk",
                description = "Write its memory to a disk, and free it. Of a VM only.")
        private boolean toDisk;

        private Suspend(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "suspend";
        }

        @Override
        void check() throws UsageException {
            check(toDisk, "--to-disk", "vm");
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) throws IOException {
            if (toDisk) {
                body.put("todisk", Value.of(true));
            }
        }

        @Override
        boolean isNeededBy(Guest guest) {
            return guest.isRunning();
        }
    }

    @Command(
            name = "resume",
            description = "Resumes a guest that is suspended.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Resume extends GuestBatchVerb {
        private Resume(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "resume";
        }

        @Override
        boolean isNeededBy(Guest guest) {
            return !guest.isRunning() && !guest.state().equals("stopped");
        }
    }
}
