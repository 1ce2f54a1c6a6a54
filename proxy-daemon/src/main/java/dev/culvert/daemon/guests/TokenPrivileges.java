package dev.culvert.daemon.guests;

import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.Privileges;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the token of a server may not do that Culvert does. Versions 8 and 9 of Proxmox call these
 * privileges the same; those in which they differ are of no use here.
 *
 * @param toRead what is missing for the inventory
 * @param toChange what is missing for changes of guests
 * @param grant the commands that give all of it; empty if nothing is missing
 */
public record TokenPrivileges(
        String server, String token, List<String> toRead, List<String> toChange, String grant) {
    private static final List<String> READ = List.of("VM.Audit", "Datastore.Audit", "Sys.Audit");
    private static final List<String> CHANGE =
            List.of(
                    "VM.PowerMgmt",
                    "VM.Allocate",
                    "VM.Clone",
                    "VM.Migrate",
                    "VM.Backup",
                    "VM.Snapshot",
                    "VM.Snapshot.Rollback",
                    "VM.Config.CDROM",
                    "VM.Config.CPU",
                    "VM.Config.Cloudinit",
                    "VM.Config.Disk",
                    "VM.Config.HWType",
                    "VM.Config.Memory",
                    "VM.Config.Network",
                    "VM.Config.Options",
                    "Datastore.AllocateSpace",
                    "SDN.Use");

    public TokenPrivileges {
        toRead = List.copyOf(toRead);
        toChange = List.copyOf(toChange);
    }

    /** Asks the server. A privilege counts if the token has it anywhere. Blocks. */
    static TokenPrivileges of(Proxmox server) throws ProxmoxException {
        Fields byPath = server.get("/access/permissions").fields();
        Set<String> has = new TreeSet<>();
        for (String path : byPath.nodes().keySet()) {
            Fields there = byPath.fields(path);
            there.nodes().keySet().stream().filter(there::is).forEach(has::add);
        }
        List<String> toRead = READ.stream().filter(it -> !has.contains(it)).toList();
        List<String> toChange = CHANGE.stream().filter(it -> !has.contains(it)).toList();
        List<String> all = new ArrayList<>(toRead);
        all.addAll(toChange);
        String token = server.settings().tokenId();
        return new TokenPrivileges(
                server.name(),
                token,
                toRead,
                toChange,
                all.isEmpty() ? "" : Privileges.grant(token, "/", String.join(",", all)));
    }
}
