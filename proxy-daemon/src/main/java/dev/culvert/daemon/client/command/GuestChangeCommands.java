package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.Guest;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert vm set}, {@code clone} and so on, and the same of {@code ct}. */
final class GuestChangeCommands {
    private GuestChangeCommands() {}

    static CommandLine add(CommandLine parent, Session session, String kind) {
        return parent.addSubcommand(new Set(session, kind))
                .addSubcommand(new Resize(session, kind))
                .addSubcommand(new Clone(session, kind))
                .addSubcommand(new Migrate(session, kind))
                .addSubcommand(new Destroy(session, kind));
    }

    @Command(
            name = "set",
            description = "Changes the configuration of a guest: NAME=VALUE, as Proxmox has it.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "What Proxmox cannot change while the guest runs waits for its next start.",
                "Proxmox takes args from root alone: culvert vm adopt.",
                "",
                "Examples:",
                "  culvert vm set web-01 memory=4096 cores=4",
                "  culvert vm set --tag web --delete description"
            })
    private static final class Set extends GuestBatchVerb {
        @Option(
                names = "--delete",
                paramLabel = "NAME",
                split = ",",
                description = "Leave this out of it. May be given several times.")
        private List<String> deleted = List.of();

        private Set(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "set";
        }

        /** The others change something. */
        @Override
        List<String> words() {
            return super.words().stream().filter(word -> !word.contains("=")).toList();
        }

        private List<String> changes() {
            return super.words().stream().filter(word -> word.contains("=")).toList();
        }

        @Override
        void check() throws UsageException {
            if (changes().isEmpty() && deleted.isEmpty()) {
                throw new UsageException("nothing is to be changed: give NAME=VALUE, or --delete");
            }
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) throws UsageException {
            for (String change : changes()) {
                Map.Entry<String, String> one = GuestFlags.pair("a change", change);
                if (one.getKey().equals("args")) {
                    throw new UsageException(
                            "Proxmox takes args from root on the node alone, and from no token:"
                                    + " culvert vm adopt makes a VM an agent; else log in to the"
                                    + " node as root, and use qm set --args");
                }
                body.put(one.getKey(), Value.of(one.getValue()));
            }
            if (!deleted.isEmpty()) {
                body.put("delete", Value.of(String.join(",", deleted)));
            }
        }
    }

    private abstract static class OfOne extends GuestVerb {
        @Parameters(
                index = "0",
                paramLabel = "GUEST",
                description = "The guest: an id, a name, or SERVER/ID.")
        private String guest = "";

        private OfOne(Session session, String kind) {
            super(session, kind);
        }

        @Override
        public final int run() throws IOException {
            return act(List.of(choice().named(guest)), false);
        }
    }

    @Command(
            name = "resize",
            description = "Enlarges a disk of a guest. A disk cannot be made smaller.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Resize extends OfOne {
        @Parameters(index = "1", paramLabel = "DISK", description = "Such as scsi0 or rootfs.")
        private String disk = "";

        @Parameters(
                index = "2",
                paramLabel = "SIZE",
                description = "The new size, such as 40G; or +10G for so much more.")
        private String size = "";

        private Resize(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "resize";
        }

        @Override
        void fill(Guest of, Map<String, Value> body) {
            body.put("disk", Value.of(disk));
            body.put("size", Value.of(size));
        }
    }

    @Command(
            name = "clone",
            description = "Clones a guest, a template or not. The clone gets a free id.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Clone extends OfOne {
        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "NAME",
                description = "What the clone is called.")
        private @Nullable String name;

        @Option(names = "--id", paramLabel = "VMID", description = "The id of the clone.")
        private @Nullable String id;

        @Option(names = "--full", description = "Copy the disks even of a template.")
        private boolean full;

        @Option(names = "--target", paramLabel = "NODE", description = "Where the clone will be.")
        private @Nullable String target;

        @Option(
                names = "--storage",
                paramLabel = "STORAGE",
                description = "Where the disks of a full clone are.")
        private @Nullable String storage;

        @Option(names = "--pool", paramLabel = "POOL", description = "The clone's pool.")
        private @Nullable String pool;

        private Clone(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "clone";
        }

        @Override
        void fill(Guest of, Map<String, Value> body) {
            put(isVm() ? "name" : "hostname", name, body);
            put("newid", id, body);
            put("target", target, body);
            put("storage", storage, body);
            put("pool", pool, body);
            if (full) {
                body.put("full", Value.of(true));
            }
        }
    }

    private static void put(String name, @Nullable String value, Map<String, Value> body) {
        if (value != null) {
            body.put(name, Value.of(value));
        }
    }

    @Command(
            name = "migrate",
            description =
                    "Migrates a guest to another node. A VM that runs goes on; a container that"
                            + " runs needs --restart.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Migrate extends GuestBatchVerb {
        @Option(names = "--to", paramLabel = "NODE", required = true, description = "The node.")
        private String target = "";

        @Option(
                names = "--restart",
                description = "Stop it here and start it there. Of a container that runs.")
        private boolean restart;

        @Option(
                names = "--with-local-disks",
                description = "Take disks along that only this node has. Of a VM only.")
        private boolean withDisks;

        private Migrate(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "migrate";
        }

        @Override
        void check() throws UsageException {
            check(restart, "--restart", "ct");
            check(withDisks, "--with-local-disks", "vm");
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) {
            body.put("target", Value.of(target));
            if (withDisks) {
                body.put("with-local-disks", Value.of(true));
            }
            // Of one that does not run, Proxmox leaves both out of account.
            if (isVm()) {
                body.put("online", Value.of(true));
            } else if (restart) {
                body.put("restart", Value.of(true));
            }
        }

        @Override
        boolean isNeededBy(Guest guest) {
            return !guest.node().equals(target);
        }
    }

    @Command(
            name = "destroy",
            description =
                    "Destroys a guest and its disks. It must be stopped, and it asks for its name.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    private static final class Destroy extends GuestBatchVerb {
        @Option(
                names = "--purge",
                description = "Take it out of backup jobs, replication and HA, too.")
        private boolean purge;

        private Destroy(Session session, String kind) {
            super(session, kind);
        }

        @Override
        String action() {
            return "destroy";
        }

        @Override
        boolean asksForTheName() {
            return true;
        }

        @Override
        void fill(Guest guest, Map<String, Value> body) {
            if (purge) {
                body.put("purge", Value.of(true));
            }
        }
    }
}
