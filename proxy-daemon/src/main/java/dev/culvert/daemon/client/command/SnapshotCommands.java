package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.Guest;
import dev.culvert.value.Value;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert vm snapshot}, {@code backup} and what undoes them, and the same of {@code ct}. */
final class SnapshotCommands {
    private static final DateTimeFormatter NOW = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss");

    private SnapshotCommands() {}

    static CommandLine add(CommandLine parent, Session session, String kind) {
        return parent.addSubcommand(new Snapshot(session, kind))
                .addSubcommand(new Rollback(session, kind))
                .addSubcommand(new Remove(session, kind))
                .addSubcommand(new Backup(session, kind))
                .addSubcommand(new Restore(session, kind));
    }

    @Command(
            name = "snapshot",
            description = "Takes a snapshot of a guest.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Snapshot extends GuestBatchVerb {
        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "What it is called. Default: culvert-, and the time")
        private String name = "culvert-" + LocalDateTime.now(ZoneId.systemDefault()).format(NOW);

        @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
        private @Nullable String description;

        @Option(
                names = "--with-memory",
                description = "Keep the memory, too, if it runs. Of a VM only.")
        private boolean withMemory;

        private Snapshot(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "snapshot";
        }

        @Override
        void check() throws UsageException {
            check(withMemory, "--with-memory", "vm");
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) {
            body.put("snapname", Value.of(name));
            if (description != null) {
                body.put("description", Value.of(description));
            }
            if (withMemory) {
                body.put("vmstate", Value.of(true));
            }
        }
    }

    private abstract static class OfASnapshot extends GuestVerb {
        @Parameters(
                index = "0",
                paramLabel = "GUEST",
                description = "The guest: an id, a name, or SERVER/ID.")
        private String guest = "";

        @Parameters(index = "1", paramLabel = "SNAPSHOT", description = "The snapshot.")
        private String snapshot = "";

        private OfASnapshot(Session session, String kind) {
            super(session, kind);
        }

        @Override
        final boolean isDestructive() {
            return true;
        }

        @Override
        void fill(Guest of, Map<String, Value> body) throws IOException {
            body.put("snapname", Value.of(snapshot));
        }

        @Override
        public final int run() throws IOException {
            return act(List.of(choice().named(guest)), false);
        }
    }

    @Command(
            name = "rollback",
            description =
                    "Takes a guest back to a snapshot. What came after it is lost, so it asks"
                            + " before.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Rollback extends OfASnapshot {
        @Option(names = "--start", description = "Start it afterwards.")
        private boolean start;

        private Rollback(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "rollback";
        }

        @Override
        void fill(Guest of, Map<String, Value> body) throws IOException {
            super.fill(of, body);
            if (start) {
                body.put("start", Value.of(true));
            }
        }
    }

    @Command(
            name = "delsnapshot",
            description = "Removes a snapshot of a guest. The guest stays as it is.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Remove extends OfASnapshot {
        private Remove(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "delsnapshot";
        }
    }

    @Command(
            name = "backup",
            description = "Backs a guest up, as vzdump does.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Backup extends GuestBatchVerb {
        @Option(
                names = "--storage",
                paramLabel = "STORAGE",
                description = "Where to. Default: that of the node's settings")
        private @Nullable String storage;

        @Option(
                names = "--mode",
                paramLabel = "MODE",
                description =
                        "What happens to it meanwhile: snapshot, suspend or stop. Default:"
                                + " snapshot")
        private @Nullable String mode;

        @Option(
                names = "--compress",
                paramLabel = "HOW",
                description = "0, gzip, lzo or zstd. Default: that of the node's settings")
        private @Nullable String compress;

        private Backup(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "backup";
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) {
            put("storage", storage, body);
            put("mode", mode, body);
            put("compress", compress, body);
        }
    }

    private static void put(String name, @Nullable String value, Map<String, Value> body) {
        if (value != null) {
            body.put(name, Value.of(value));
        }
    }

    @Command(
            name = "restore",
            description =
                    "Restores a guest from a backup. The guest of now is lost, with its disks, so"
                            + " it asks before.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Restore extends GuestVerb {
        @Parameters(
                index = "0",
                paramLabel = "GUEST",
                description = "The guest: an id, a name, or SERVER/ID.")
        private String guest = "";

        @Parameters(
                index = "1",
                paramLabel = "BACKUP",
                description = "The backup, as its storage names it: STORAGE:backup/….")
        private String archive = "";

        @Option(
                names = "--storage",
                paramLabel = "STORAGE",
                description = "Where its disks will be. Default: where they were")
        private @Nullable String storage;

        private Restore(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "restore";
        }

        @Override
        boolean asksForTheName() {
            return true;
        }

        @Override
        void fill(Guest of, Map<String, Value> body) {
            body.put("archive", Value.of(archive));
            put("storage", storage, body);
        }

        @Override
        public int run() throws IOException {
            return act(List.of(choice().named(guest)), false);
        }
    }
}
