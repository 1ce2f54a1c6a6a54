package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.CHANGE;
import static dev.culvert.daemon.operations.Effect.DESTROY;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.body;
import static dev.culvert.daemon.operations.Parameter.path;
import static dev.culvert.daemon.operations.Parameter.query;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.operations.Operation.Trait;
import java.util.List;
import java.util.stream.Stream;

/** What can be done with virtual machines and containers of Proxmox. */
final class GuestOperations {
    private static final int MOST = Integer.MAX_VALUE;
    private static final int LEAST_VMID = 100;
    private static final int MOST_VMID = 999_999_999;
    private static final int MOST_WAIT_SECS = 60;

    private static final Parameter SERVER =
            path("server", "The Proxmox server, as the settings name it");
    private static final Parameter VMID = path("vmid", "The id of the guest");
    private static final Parameter DRY_RUN =
            body("dry_run", Schema.BOOLEAN, "Only say which calls of Proxmox it would be");
    private static final Parameter NAME =
            body("expected_name", Schema.TEXT, "Refuse if the guest is called otherwise by now");

    static final List<Operation> ALL =
            List.of(
                    op("guests.create", "Create a guest", CHANGE)
                            .verb("vm create")
                            .takes(
                                    SERVER,
                                    body(
                                                    "kind",
                                                    Schema.oneOf(List.of("vm", "ct")),
                                                    "A virtual machine, or a container")
                                            .required(),
                                    body("node", Schema.TEXT, "Where it will be").required(),
                                    body(
                                            "vmid",
                                            Schema.number(LEAST_VMID, MOST_VMID),
                                            "Its id; a free one by default"),
                                    DRY_RUN)
                            .is(Trait.TAKES_MORE)
                            .needs(Need.CHANGE_GUESTS)
                            .at(POST, "/inventory/guests/{server}"),
                    change("start", "Start a guest", CHANGE),
                    change(
                            "shutdown",
                            "Shut a guest down, by its own system",
                            CHANGE,
                            body(
                                    "timeout",
                                    Schema.number(0, MOST),
                                    "So many seconds it may take; then it fails"),
                            body(
                                    "forceStop",
                                    Schema.BOOLEAN,
                                    "Stop it at once when the time is up")),
                    change("stop", "Stop a guest at once, as if its power were cut", CHANGE),
                    change(
                            "reboot",
                            "Reboot a guest, by its own system",
                            CHANGE,
                            body(
                                    "timeout",
                                    Schema.number(0, MOST),
                                    "So many seconds its shutdown may take; then it fails")),
                    change(
                            "suspend",
                            "Suspend a guest, so that it uses no CPU",
                            CHANGE,
                            body(
                                    "todisk",
                                    Schema.BOOLEAN,
                                    "Write its memory to a disk, and free it; of a VM only")),
                    change("resume", "Resume a guest that is suspended", CHANGE),
                    change(
                            "set",
                            "Change the configuration of a guest",
                            CHANGE,
                            body(
                                    "delete",
                                    Schema.TEXT,
                                    "Options to leave out, with commas between them")),
                    change(
                            "resize",
                            "Enlarge a disk of a guest",
                            CHANGE,
                            body("disk", Schema.TEXT, "Such as `scsi0` or `rootfs`").required(),
                            body(
                                            "size",
                                            Schema.TEXT,
                                            "The new size, or `+` and how much more: `+10G`")
                                    .required()),
                    change(
                            "clone",
                            "Clone a guest, a template or not",
                            CHANGE,
                            body(
                                    "newid",
                                    Schema.number(0, MOST),
                                    "The id of the clone; a free one by default"),
                            body("full", Schema.BOOLEAN, "Copy the disks even of a template"),
                            body("target", Schema.TEXT, "The node on which it will be"),
                            body("storage", Schema.TEXT, "Where the disks of a full clone are"),
                            body(
                                    "snapname",
                                    Schema.TEXT,
                                    "The snapshot to clone; the present state by default")),
                    change(
                            "snapshot",
                            "Take a snapshot of a guest",
                            CHANGE,
                            body("snapname", Schema.TEXT, "What it is called").required(),
                            body("description", Schema.TEXT, "What it is for"),
                            body("vmstate", Schema.BOOLEAN, "With its memory; of a VM only")),
                    change(
                            "rollback",
                            "Take a guest back to a snapshot",
                            DESTROY,
                            body("snapname", Schema.TEXT, "Which one").required(),
                            body("start", Schema.BOOLEAN, "Start it afterwards")),
                    change(
                            "delsnapshot",
                            "Remove a snapshot of a guest",
                            DESTROY,
                            body("snapname", Schema.TEXT, "Which one").required(),
                            body("force", Schema.BOOLEAN, "Also if a disk cannot be changed")),
                    change(
                            "backup",
                            "Back a guest up",
                            CHANGE,
                            body("storage", Schema.TEXT, "Where to; the node's default by default"),
                            body(
                                    "mode",
                                    Schema.oneOf(List.of("snapshot", "stop", "suspend")),
                                    "What happens to the guest meanwhile; `snapshot` by default"),
                            body(
                                    "compress",
                                    Schema.oneOf(List.of("0", "1", "gzip", "lzo", "zstd")),
                                    "How it is compressed")),
                    change(
                            "restore",
                            "Restore a guest from a backup",
                            DESTROY,
                            body(
                                            "archive",
                                            Schema.TEXT,
                                            "The backup, such as"
                                                    + " `backups:backup/vzdump-qemu-101-….vma.zst`")
                                    .required(),
                            body("storage", Schema.TEXT, "Where its disks will be"),
                            body(
                                    "node",
                                    Schema.TEXT,
                                    "Where it will be, if there is no guest of this id")),
                    change(
                            "migrate",
                            "Migrate a guest to another node",
                            CHANGE,
                            body("target", Schema.TEXT, "The node").required(),
                            body("online", Schema.BOOLEAN, "While it runs; of a VM"),
                            body(
                                    "restart",
                                    Schema.BOOLEAN,
                                    "Stop it here and start it there; of a container that runs")),
                    change(
                            "destroy",
                            "Destroy a guest and its disks",
                            DESTROY,
                            body(
                                    "purge",
                                    Schema.BOOLEAN,
                                    "Take it out of backup jobs, replication and HA, too"),
                            body(
                                    "destroy-unreferenced-disks",
                                    Schema.BOOLEAN,
                                    "Also disks with its id that it does not use")),
                    op(
                                    "inventory.privileges",
                                    "Show which privileges the token of a Proxmox server lacks",
                                    READ)
                            .takes(SERVER)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/servers/{server}/privileges"),
                    op("inventory.content", "List what is in a storage of Proxmox", READ)
                            .verb("inventory content")
                            .takes(
                                    SERVER,
                                    path("node", "The node that has it"),
                                    path("storage", "The storage"),
                                    query(
                                            "content",
                                            Schema.oneOf(
                                                    List.of(
                                                            "backup",
                                                            "images",
                                                            "import",
                                                            "iso",
                                                            "rootdir",
                                                            "snippets",
                                                            "vztmpl")),
                                            "Only what is of this kind"),
                                    query(
                                            "vmid",
                                            Schema.number(LEAST_VMID, MOST_VMID),
                                            "Only what belongs to this guest"))
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/storages/{server}/{node}/{storage}/content"),
                    op("task.show", "Show a task of Proxmox, and wait for its end", READ)
                            .verb("task show")
                            .takes(
                                    SERVER,
                                    path("upid", "The id of the task, `UPID:…`"),
                                    query(
                                            "wait",
                                            Schema.number(0, MOST_WAIT_SECS),
                                            "So many seconds to wait until it is over, or has"
                                                    + " written more"),
                                    query(
                                            "log_after",
                                            Schema.number(0, MOST),
                                            "How many lines of its log you have"))
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/tasks/{server}/{upid}"));

    private GuestOperations() {}

    private static Operation change(
            String action, String summary, Effect effect, Parameter... more) {
        return op("guests." + action, summary, effect)
                .verb("vm " + action)
                .takes(
                        Stream.concat(Stream.of(SERVER, VMID, DRY_RUN, NAME), Stream.of(more))
                                .toArray(Parameter[]::new))
                .is(Trait.TAKES_MORE)
                .needs(Need.CHANGE_GUESTS)
                .at(POST, "/inventory/guests/{server}/{vmid}/" + action);
    }
}
