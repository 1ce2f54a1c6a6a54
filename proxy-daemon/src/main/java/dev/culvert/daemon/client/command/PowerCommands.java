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
        for (Power power : Power.values()) {
            parent.addSubcommand(power.label(), line(power, session, kind));
        }
        return parent;
    }

    private static CommandLine line(Power power, Session session, String kind) {
        CommandLine line =
                new CommandLine(
                        switch (power) {
                            case START, STOP, RESUME -> new Plain(power, session, kind);
                            case SHUTDOWN -> new Shutdown(session, kind);
                            case REBOOT -> new Timed(power, session, kind);
                            case SUSPEND -> new Suspend(session, kind);
                        });
        line.getCommandSpec().usageMessage().description(power.description());
        return line;
    }

    @Command(mixinStandardHelpOptions = true, sortOptions = false)
    private static class Plain extends GuestBatchVerb {
        private final Power power;

        private Plain(Power power, Session session, String kind) {
            super(session, kind);
            this.power = power;
        }

        @Override
        String action() {
            return power.label();
        }

        @Override
        boolean isNeededBy(Guest guest) {
            return power.isNeededBy(guest);
        }
    }

    /** Takes the time that the guest's own system takes. */
    @Command
    private static class Timed extends Plain {
        @Option(
                names = "--within",
                paramLabel = "TIME",
                converter = DurationText.class,
                description = "How long its system may take, such as 2m; then it fails.")
        private @Nullable Duration within;

        private Timed(Power power, Session session, String kind) {
            super(power, session, kind);
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) throws IOException {
            if (within != null) {
                body.put("timeout", Value.of(within.toSeconds()));
            }
        }
    }

    @Command
    private static final class Shutdown extends Timed {
        @Option(names = "--force", description = "Stop it at once when that time is up.")
        private boolean force;

        private Shutdown(Session session, String kind) {
            super(Power.SHUTDOWN, session, kind);
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) throws IOException {
            super.fill(guest, body);
            if (force) {
                body.put("forceStop", Value.of(true));
            }
        }
    }

    @Command
    private static final class Suspend extends Plain {
        @Option(
                names = "--to-disk",
                description = "Write its memory to a disk, and free it. Of a VM only.")
        private boolean toDisk;

        private Suspend(Session session, String kind) {
            super(Power.SUSPEND, session, kind);
        }

        @Override
        void check() throws UsageException {
            check(toDisk, "--to-disk", "vm");
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) {
            if (toDisk) {
                body.put("todisk", Value.of(true));
            }
        }
    }
}
