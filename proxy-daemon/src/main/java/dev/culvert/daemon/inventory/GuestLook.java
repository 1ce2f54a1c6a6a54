package dev.culvert.daemon.inventory;

import dev.culvert.daemon.inventory.ServerStatus.State;
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
            Set.of(
                    "status",
                    "qmpstatus",
                    "lock",
                    "uptime",
                    "cpu",
                    "mem",
                    "maxmem",
                    "maxdisk",
                    "name",
                    "tags");

    /** Null if there is no such guest. Blocks. */
    static @Nullable GuestLook at(Proxmox proxmox, View view, String vmid) throws ProxmoxException {
        try {
            GuestLook known = whereItWas(proxmox, view, vmid);
            return known == null ? find(proxmox, view, vmid) : known;
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

    /* The list of a whole cluster is long, and older than the guest's own state by up to ten seconds. */
    private static @Nullable GuestLook whereItWas(Proxmox proxmox, View view, String vmid)
            throws ProxmoxException {
        Thing last = view.find(Kind.GUEST, vmid);
        if (last == null) {
            return null;
        }
        try {
            return now(proxmox, view, vmid, last.fields());
        } catch (ProxmoxException e) {
            boolean mayBeElsewhere =
                    switch (e.kind()) {
                        case NOT_FOUND, FORBIDDEN -> true;
                        case AWAY -> view.status().state() == State.OK; // its node is
                        default -> false;
                    };
            if (mayBeElsewhere) {
                return null;
            }
            throw e;
        }
    }

    private static @Nullable GuestLook find(Proxmox proxmox, View view, String vmid)
            throws ProxmoxException {
        for (Fields row :
                proxmox.call(HttpMethod.GET, "/cluster/resources", Map.of("type", "vm")).rows()) {
            if (vmid.equals(row.text("vmid"))) {
                try {
                    return now(proxmox, view, vmid, row);
                } catch (ProxmoxException e) {
                    if (e.kind() != ProxmoxException.Kind.FORBIDDEN) {
                        throw e;
                    }
                    Thing seen = thing(vmid, row, Instant.now(), view.find(Kind.GUEST, vmid));
                    return new GuestLook(seen, known(view, vmid), null, true, e);
                }
            }
        }
        return null;
    }

    private static Fields known(View view, String vmid) {
        Thing config = view.find(Kind.CONFIG, vmid);
        return config == null ? Fields.NONE : config.fields();
    }

    private static GuestLook now(Proxmox proxmox, View view, String vmid, Fields row)
            throws ProxmoxException {
        Instant now = Instant.now();
        Thing last = view.find(Kind.GUEST, vmid);
        String path = Configurations.path(thing(vmid, row, now, last));
        Fields status = proxmox.get(path + "/status/current").fields();
        Fields config = GuestConfig.shown(proxmox.get(path + "/config").fields());
        List<Fields> snapshots =
                proxmox.get(path + "/snapshot").rows().stream()
                        .filter(it -> !"current".equals(it.text("name")))
                        .toList();
        Fields whole = row.without(OF_NOW).with(status.only(OF_NOW));
        if (status.has("cpus")) {
            whole = whole.with("maxcpu", status.textOr("cpus", ""));
        }
        if (config.is("template")) {
            whole = whole.with("template", "1");
        }
        return new GuestLook(thing(vmid, whole, now, last), config, snapshots, true, null);
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
