package dev.culvert.daemon.plans;

import dev.culvert.daemon.inventory.GuestLook;
import dev.culvert.daemon.inventory.Inventory;
import dev.culvert.daemon.inventory.Kind;
import dev.culvert.daemon.inventory.Thing;
import dev.culvert.daemon.inventory.View;
import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.GuestKind;
import dev.culvert.infra.Observed;
import dev.culvert.infra.Reality;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the servers have. Blocks if it is of now.
 *
 * @param isOfNow whether each guest is asked about; else it is as the last poll saw it
 */
public record ServersReality(Inventory inventory, boolean isOfNow) implements Reality {
    @Override
    public List<Value> all() {
        List<Value> all = new ArrayList<>();
        for (View view : inventory.views()) {
            for (Thing guest : view.all(Kind.GUEST)) {
                all.add(
                        Value.members(
                                "server", view.status().name(),
                                "vmid", guest.fields().number("vmid", 0),
                                "kind", guest.isContainer() ? "ct" : "vm",
                                "name", guest.fields().textOr("name", "")));
            }
        }
        return all;
    }

    @Override
    public List<String> servers() {
        return inventory.views().stream().map(it -> it.status().name()).toList();
    }

    @Override
    public List<Value> nodes() {
        List<Value> all = new ArrayList<>();
        for (View view : inventory.views()) {
            for (Thing node : view.all(Kind.NODE)) {
                all.add(
                        Value.members(
                                "server", view.status().name(),
                                "name", node.id(),
                                "state", node.state(),
                                "cpus", node.fields().number("maxcpu", 0),
                                "memory", node.fields().number("maxmem", 0),
                                "memory_used", node.fields().number("mem", 0)));
            }
        }
        return all;
    }

    @Override
    public List<Value> storages() {
        List<Value> all = new ArrayList<>();
        for (View view : inventory.views()) {
            for (Thing storage : view.all(Kind.STORAGE)) {
                Fields fields = storage.fields();
                all.add(
                        Value.members(
                                "server", view.status().name(),
                                "node", fields.textOr("node", ""),
                                "name", fields.textOr("storage", ""),
                                "shared", fields.is("shared"),
                                "size", fields.number("maxdisk", 0),
                                "used", fields.number("disk", 0)));
            }
        }
        return all;
    }

    @Override
    public Map<GuestId, Observed> guests(Collection<GuestId> ids) throws IOException {
        Map<GuestId, Observed> found = new TreeMap<>();
        for (GuestId id : ids) {
            (isOfNow ? now(id) : known(id)).ifPresent(it -> found.put(id, it));
        }
        return found;
    }

    private Optional<Observed> now(GuestId id) throws IOException {
        try {
            GuestLook look = inventory.look(id.server(), Integer.toString(id.vmid()));
            if (look == null) {
                return Optional.empty();
            }
            ProxmoxException trouble = look.trouble();
            if (!look.isOfNow() || trouble != null) {
                throw new IOException(
                        "nobody knows how %s is now: %s"
                                .formatted(id, trouble == null ? "" : trouble.sentence()),
                        trouble);
            }
            return Optional.of(observed(id, look.guest(), look.config()));
        } catch (ProxmoxException e) {
            throw new IOException(
                    "nobody knows how %s is now: %s: %s".formatted(id, e.sentence(), e.advice()),
                    e);
        }
    }

    /** A guest whose configuration no poll has read yet is as if nobody knew it. */
    private Optional<Observed> known(GuestId id) throws IOException {
        String vmid = Integer.toString(id.vmid());
        Optional<View> view = inventory.view(id.server());
        if (view.isEmpty() || view.get().status().polled() == null) {
            throw new IOException("the server %s has not answered yet".formatted(id.server()));
        }
        Thing guest = view.get().find(Kind.GUEST, vmid);
        if (guest == null) {
            return Optional.empty();
        }
        Thing config = view.get().find(Kind.CONFIG, vmid);
        if (config == null) {
            throw new IOException("no poll has read the configuration of %s yet".formatted(id));
        }
        return Optional.of(observed(id, guest, config.fields()));
    }

    private static Observed observed(GuestId id, Thing guest, Fields config) {
        Map<String, String> texts = new TreeMap<>();
        for (String key : config.nodes().keySet()) {
            String text = config.text(key);
            if (text != null) {
                texts.put(key, text);
            }
        }
        return new Observed(
                id,
                guest.isContainer() ? GuestKind.CT : GuestKind.VM,
                guest.fields().textOr("name", ""),
                guest.fields().textOr("node", ""),
                guest.state(),
                guest.fields().is("template"),
                texts,
                Value.nothing());
    }
}
