package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.workspace.NewGuest;
import dev.culvert.daemon.client.workspace.Workspace;
import dev.culvert.infra.DesiredState;
import dev.culvert.infra.Guest;
import dev.culvert.infra.GuestKind;
import dev.culvert.io.FileTrouble;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert create vm} and {@code culvert create ct}. */
final class CreateCommand {
    private CreateCommand() {}

    static CommandLine with(Session session) {
        return new CommandLine(new Group())
                .addSubcommand(new CreateVm(session))
                .addSubcommand(new CreateCt(session));
    }

    @Command(
            name = "create",
            description = "Writes the desired state of a new guest.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "COMMAND")
    private static final class Group {}

    /** What both kinds take. */
    private static final class Flags {
        @Option(names = "--name", required = true, paramLabel = "NAME", description = "Its name.")
        private String name = "";

        @Option(
                names = "--server",
                paramLabel = "SERVER",
                description = "Default: that of the workspace, or the only one of the daemon")
        private @Nullable String server;

        @Option(
                names = "--node",
                paramLabel = "NODE",
                description =
                        "Default: that of the workspace, or the one with the most free memory")
        private @Nullable String node;

        @Option(
                names = "--vmid",
                paramLabel = "N",
                description = "Default: the least number that is free")
        private @Nullable Integer vmid;

        @Option(names = "--cpus", paramLabel = "N", description = "How many cores.")
        private @Nullable Integer cpus;

        @Option(names = "--memory", paramLabel = "SIZE", description = "Such as 2GiB.")
        private @Nullable String memory;

        @Option(
                names = "--disk",
                paramLabel = "STORAGE:SIZE",
                description =
                        "Such as local-lvm:8GiB. A VM may have several; with SLOT= before it, as in"
                                + " virtio1=local-lvm:8GiB, where.")
        private List<String> disks = List.of();

        @Option(
                names = "--net",
                paramLabel = "BRIDGE[,KEY=VALUE…]",
                description =
                        "A network card: vmbr0, or vmbr0,vlan=10,ip=10.0.0.5/24,gateway=10.0.0.1."
                                + " May be given several times.")
        private List<String> nets = List.of();

        @Option(
                names = "--clone",
                paramLabel = "N",
                description = "The number of the guest that it is a clone of.")
        private @Nullable Integer clone;

        @Option(names = "--tag", paramLabel = "TAG", description = "May be given several times.")
        private List<String> tags = List.of();

        @Option(
                names = "--needs",
                paramLabel = "NAME",
                description = "A guest that is there before it. May be given several times.")
        private List<String> needs = List.of();

        @Option(names = "--start", negatable = true, description = "It runs, or is stopped.")
        private @Nullable Boolean start;

        @Option(names = "--on-boot", description = "It starts with its node.")
        private boolean onBoot;

        @Option(names = "--dry-run", description = "Prints the file instead of writing it.")
        private boolean dryRun;

        @Mixin private final WorkspaceFlags workspace = new WorkspaceFlags();

        private NewGuest guest(GuestKind kind) {
            NewGuest guest = new NewGuest(kind, name);
            guest.place(server, node, vmid);
            guest.hardware(cpus, memory, disks, nets);
            guest.wishes(clone, tags, needs, start, onBoot);
            return guest;
        }
    }

    private static final View DONE =
            View.of("name", Column.of("name", "name"), Column.of("vmid", "vmid"));

    private static int write(Session session, Flags flags, NewGuest made) throws IOException {
        Workspace workspace = flags.workspace.find(session);
        DesiredState desired = workspace.desired();
        Guest guest = made.guest(workspace, desired, session::api);
        Path file = workspace.fileOf(guest);
        if (Files.exists(file)) {
            throw new UsageException(
                    "%s is there already: change it, or take another --name"
                            .formatted(workspace.shown(file)));
        }
        workspace.with(desired, guest);
        String text = DesiredState.text(guest);
        Value result = Value.parse(text);
        if (flags.dryRun) {
            if (session.output().format() == Format.TABLE) {
                session.output().piece(text);
            } else {
                session.output().item(result, DONE);
            }
            session.output().note("nothing was written");
            return ExitCode.OK;
        }
        try {
            workspace.write(guest);
        } catch (IOException e) {
            throw new IOException("%s cannot be written: %s".formatted(file, FileTrouble.of(e)), e);
        }
        session.output()
                .done(
                        "%s says what %s %s is to be; next: culvert plan"
                                .formatted(workspace.shown(file), guest.id(), guest.name()),
                        result,
                        DONE);
        return ExitCode.OK;
    }

    @Command(
            name = "vm",
            description =
                    "Writes the desired state of a VM, in infra/guests/NAME.json. culvert apply"
                            + " makes it.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  culvert create vm --name web-01 --clone 9000 --cpus 2 --memory 2GiB --start",
                "  culvert create vm --name db-01 --disk local-lvm:32GiB --net vmbr0 --agent"
            })
    private static final class CreateVm implements Verb {
        private final Session session;

        @Mixin private final Flags flags = new Flags();

        @Option(names = "--agent", description = "It gets a vsock device, whose CID is its number.")
        private boolean agent;

        @Option(names = "--cid", paramLabel = "N", description = "The same with another CID.")
        private @Nullable Long cid;

        private CreateVm(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            if (flags.clone == null && flags.disks.isEmpty()) {
                throw new UsageException(
                        "a VM is made from another (--clone N), or has a disk (--disk"
                                + " STORAGE:SIZE)");
            }
            NewGuest guest = flags.guest(GuestKind.VM);
            guest.agent(agent, cid);
            return write(session, flags, guest);
        }
    }

    @Command(
            name = "ct",
            description =
                    "Writes the desired state of a container, in infra/guests/NAME.json. culvert"
                            + " apply makes it.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Example:",
                "  culvert create ct --name dns --template local:vztmpl/debian.tar.zst \\",
                "    --disk local-lvm:4GiB --net vmbr0,ip=dhcp --start"
            })
    private static final class CreateCt implements Verb {
        private final Session session;

        @Mixin private final Flags flags = new Flags();

        @Option(
                names = "--template",
                paramLabel = "VOLUME",
                description = "What it is made from, such as local:vztmpl/debian.tar.zst.")
        private @Nullable String template;

        private CreateCt(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            if ((flags.clone == null) == (template == null)) {
                throw new UsageException(
                        "a container is made from a template (--template VOLUME) or another"
                                + " (--clone N): give one of them");
            }
            NewGuest guest = flags.guest(GuestKind.CT);
            guest.template(template);
            return write(session, flags, guest);
        }
    }
}
