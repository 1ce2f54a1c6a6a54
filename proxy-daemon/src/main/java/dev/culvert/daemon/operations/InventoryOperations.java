package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.AFTER;
import static dev.culvert.daemon.operations.Draft.LIMIT;
import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.path;
import static dev.culvert.daemon.operations.Parameter.query;
import static io.netty.handler.codec.http.HttpMethod.GET;

import dev.culvert.daemon.auth.Need;
import java.util.List;

/** What servers of Proxmox have. */
final class InventoryOperations {
    private static final Parameter SERVER =
            path("server", "The name of the server in the settings");
    private static final Parameter VMID = path("vmid", "The number of the guest there");
    private static final Parameter OF_SERVER =
            query("server", Schema.TEXT, "Only those of this server of the settings");
    private static final Parameter OF_NODE = query("node", Schema.TEXT, "Only those of this node");

    static final List<Operation> ALL =
            List.of(
                    op("inventory.servers", "List the servers of Proxmox, and how each is", READ)
                            .verb("inventory servers")
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/servers"),
                    op("inventory.nodes", "List the nodes of Proxmox, with their load", READ)
                            .verb("inventory nodes")
                            .takes(
                                    OF_SERVER,
                                    query("state", Schema.TEXT, "`online`, `offline` or `unknown`"),
                                    AFTER,
                                    LIMIT)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/nodes"),
                    op("inventory.storages", "List the storages of Proxmox, by node", READ)
                            .verb("inventory storages")
                            .takes(
                                    OF_SERVER,
                                    OF_NODE,
                                    query("state", Schema.TEXT, "Such as `available`"),
                                    AFTER,
                                    LIMIT)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/storages"),
                    op("inventory.tasks", "List the tasks of Proxmox, the latest first", READ)
                            .verb("inventory tasks")
                            .takes(
                                    OF_SERVER,
                                    OF_NODE,
                                    query(
                                            "state",
                                            Schema.oneOf(
                                                    List.of("running", "ok", "warnings", "failed")),
                                            "How they are"),
                                    AFTER,
                                    LIMIT)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/tasks"),
                    op("inventory.history", "List what changed, the latest first", READ)
                            .verb("inventory history")
                            .takes(SERVER, AFTER, LIMIT)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/history/{server}"),
                    op("inventory.guests", "List the virtual machines, or the containers", READ)
                            .verb("vm list")
                            .takes(
                                    query(
                                            "kind",
                                            Schema.oneOf(List.of("vm", "ct")),
                                            "Only virtual machines, or only containers"),
                                    OF_SERVER,
                                    OF_NODE,
                                    query("tag", Schema.TEXT, "Only those with this tag"),
                                    query(
                                            "state",
                                            Schema.oneOf(
                                                    List.of(
                                                            "running",
                                                            "stopped",
                                                            "paused",
                                                            "suspended",
                                                            "unknown")),
                                            "Only those in this state"),
                                    query("name", Schema.TEXT, "Only those with this name"),
                                    AFTER,
                                    LIMIT)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/guests"),
                    op("inventory.guest", "Show a virtual machine, or a container", READ)
                            .verb("vm show")
                            .takes(SERVER, VMID)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/guests/{server}/{vmid}"),
                    op("inventory.changes", "List what changed of one guest of Proxmox", READ)
                            .takes(SERVER, VMID, AFTER, LIMIT)
                            .needs(Need.READ_INVENTORY)
                            .at(GET, "/inventory/guests/{server}/{vmid}/history"));

    private InventoryOperations() {}
}
