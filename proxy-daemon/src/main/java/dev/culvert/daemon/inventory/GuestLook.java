package dev.culvert.daemon.inventory;

import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxException;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A guest as its server says now, or, if that is away, as it was seen last.
 *
 * @param config without secrets; empty if it could not be read
 * @param snapshots null if they could not be read
 * @param trouble why it is not of now, or not whole; null if it is
 */
public record GuestLook(
        Thing guest,
        Fields config,
        @Nullable List<Fields> snapshots,
        boolean isOfNow,
        @Nullable ProxmoxException trouble) {
    private static final Set<String> OF_NOW =
            Set.of("status", "qmpstatus", "lock", "uptime", "cpu", "mem");

    /** Null if there is no such guest. Blocks. */
    static @Nullable GuestLook at(Proxmox proxmox, View view, String vmid) throws ProxmoxException {
        try {
            for (Fields row :
                    proxmox.call(HttpMethod.GET, "/cluster/resources", Map.of("type", "vm"))
                            .rows()) {
                if (vmid.equals(row.text("vmid"))) {
                    return now(proxmox, view, vmid, row);
                }
            }
            return null;
        } catch (ProxmoxException e) {
            Thing guest = view.find(Kind.GUEST, vmid);
            if (e.kind() == ProxmoxException.Kind.NOT_FOUND) {
                return null; // it went meanwhile
            }
            if (guest == null) {
                throw e;
            }
            return new GuestLook(guest, known(view, vmid), null, false, e);
        }
    }

    private static Fields known(View view, String vmid) {
        Thing config = view.find(Kind.CONFIG, vmid);
        return config == null ? Fields.NONE : config.fields();
    }

    private static GuestLook now(Proxmox proxmox, View view, String vmid, Fields row)
            throws ProxmoxException {
        Instant now = Instant.now();
        Thing last = view.find(Kind.GUEST, vmid);
        Thing seen = thing(vmid, row, now, last);
        String path = Configurations.path(seen);
        try {
            Fields status = proxmox.get(path + "/status/current").fields().only(OF_NOW);
            Fields config = GuestConfig.shown(proxmox.get(path + "/config").fields());
            List<Fields> snapshots =
                    proxmox.get(path + "/snapshot").rows().stream()
                            .filter(it -> !"current".equals(it.text("name")))
                            .toList();
            return new GuestLook(
                    thing(vmid, row.with(status), now, last), config, snapshots, true, null);
        } catch (ProxmoxException e) {
            if (e.kind() != ProxmoxException.Kind.FORBIDDEN) {
                throw e;
            }
            return new GuestLook(seen, known(view, vmid), null, true, e);
        }
    }

    private static Thing thing(String vmid, Fields row, Instant now, @Nullable Thing last) {
        String name = row.textOr("name", "");
        Instant changed =
                last != null && last.fields().textOr("name", "").equals(name)
                        ? last.changed()
                        : now;
        return new Thing(Kind.GUEST, vmid, row, now, changed);
    }
}
