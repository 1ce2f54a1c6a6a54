package dev.culvert.daemon.proxmox.fake;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes, copies and frees the volumes that a guest's configuration names. */
final class Volumes {
    /** {@code STORAGE:SIZE_IN_GIB}: a volume that is not there yet. */
    private static final Pattern NEW = Pattern.compile("([a-zA-Z][\\w.\\-]*):(\\d+(?:\\.\\d+)?)");

    private static final Pattern CLOUD_INIT = Pattern.compile("([a-zA-Z][\\w.\\-]*):cloudinit");
    private static final long OF_CLOUD_INIT = 4L << 20;

    private final Cluster cluster;

    Volumes(Cluster cluster) {
        this.cluster = cluster;
    }

    /** The volume that a drive's text names. */
    static String idOf(String drive) {
        for (String part : Parts.of(drive)) {
            if (part.startsWith("file=") || part.startsWith("volume=")) {
                return part.substring(part.indexOf('=') + 1);
            }
            if (!part.contains("=")) {
                return part;
            }
        }
        return "";
    }

    private static String optionOf(String drive, String name) {
        for (String part : Parts.of(drive)) {
            if (part.startsWith(name + "=")) {
                return part.substring(name.length() + 1);
            }
        }
        return "";
    }

    private static String restOf(String drive) {
        List<String> rest = new ArrayList<>();
        for (String part : Parts.of(drive)) {
            boolean names =
                    !part.contains("=") || part.matches("(file|volume|size|import-from)=.*");
            if (!names) {
                rest.add(part);
            }
        }
        return rest.isEmpty() ? "" : "," + String.join(",", rest);
    }

    static String storageOf(String volume) {
        int colon = volume.indexOf(':');
        return colon < 0 ? "" : volume.substring(0, colon);
    }

    /** Refuses drives on storages that are not there, or where the caller may not take space. */
    void check(Caller caller, String node, Guest.Kind kind, Map<String, String> given)
            throws Refused {
        for (Map.Entry<String, String> one : given.entrySet()) {
            String id = idOf(one.getValue());
            if (!KeyPrivileges.isVolume(one.getKey()) || !id.contains(":")) {
                continue;
            }
            Storage storage = cluster.storage(node, storageOf(id));
            boolean makes = NEW.matcher(id).matches() || CLOUD_INIT.matcher(id).matches();
            if (makes) {
                caller.need("/storage/" + storage.id(), "Datastore.AllocateSpace");
                String content = kind == Guest.Kind.VM ? "images" : "rootdir";
                if (!storage.contents().contains(content)) {
                    throw Refused.died(
                            kind == Guest.Kind.VM
                                    ? "storage '%s' does not support content-type 'images'"
                                            .formatted(storage.id())
                                    : "storage '%s' does not support CT rootdirs"
                                            .formatted(storage.id()));
                }
            } else if (!storage.volumes().containsKey(id) && !id.startsWith("none")) {
                throw Refused.died("volume '%s' does not exist".formatted(id));
            }
            String from = optionOf(one.getValue(), "import-from");
            if (!from.isEmpty()
                    && !cluster.storage(node, storageOf(from)).volumes().containsKey(from)) {
                throw Refused.died("volume '%s' does not exist".formatted(from));
            }
        }
    }

    /** Makes the volumes that are not there yet; answers the configuration that names them. */
    Map<String, String> make(Guest guest, Map<String, String> given) throws Refused {
        Map<String, String> made = new LinkedHashMap<>();
        for (Map.Entry<String, String> one : given.entrySet()) {
            String drive = one.getValue();
            Matcher fresh = NEW.matcher(idOf(drive));
            Matcher cloudInit = CLOUD_INIT.matcher(idOf(drive));
            if (!KeyPrivileges.isVolume(one.getKey())) {
                made.put(one.getKey(), drive);
            } else if (fresh.matches()) {
                made.put(one.getKey(), disk(guest, one.getKey(), drive, fresh));
            } else if (cloudInit.matches()) {
                Storage storage = cluster.storage(guest.node(), cloudInit.group(1));
                String id = "%s:vm-%d-cloudinit".formatted(storage.id(), guest.vmid());
                put(guest, storage, id, OF_CLOUD_INIT);
                made.put(one.getKey(), id + ",media=cdrom,size=4M");
            } else {
                made.put(one.getKey(), drive);
            }
        }
        return made;
    }

    private String disk(Guest guest, String key, String drive, Matcher fresh) throws Refused {
        Storage storage = cluster.storage(guest.node(), fresh.group(1));
        long bytes =
                new BigDecimal(fresh.group(2)).multiply(BigDecimal.valueOf(Node.GIB)).longValue();
        String from = optionOf(drive, "import-from");
        if (!from.isEmpty()) {
            Storage.Volume source =
                    cluster.storage(guest.node(), storageOf(from)).volumes().get(from);
            bytes = source == null ? bytes : source.size();
        } else if (key.startsWith("efidisk") || key.startsWith("tpmstate")) {
            bytes = OF_CLOUD_INIT;
        }
        String id = fresh(guest, storage);
        put(guest, storage, id, bytes);
        return id + restOf(drive) + ",size=" + Sizes.text(bytes);
    }

    private static String fresh(Guest guest, Storage storage) {
        int number = 0;
        String id;
        do {
            String name = "vm-%d-disk-%d".formatted(guest.vmid(), number++);
            id =
                    storage.id()
                            + ":"
                            + (isFiles(storage) ? guest.vmid() + "/" + name + ".raw" : name);
        } while (storage.volumes().containsKey(id));
        return id;
    }

    private static boolean isFiles(Storage storage) {
        return storage.type().equals("dir") || storage.type().equals("nfs");
    }

    private static void put(Guest guest, Storage storage, String id, long bytes) throws Refused {
        if (storage.used() + bytes > storage.total()) {
            throw Refused.died(
                    "unable to allocate '%s': not enough free space on storage '%s'"
                            .formatted(id, storage.id()));
        }
        storage.put(
                new Storage.Volume(
                        id,
                        guest.kind() == Guest.Kind.VM ? "images" : "rootdir",
                        "raw",
                        bytes,
                        guest.vmid(),
                        Cluster.now(),
                        "",
                        Map.of()));
    }

    /**
     * Copies each volume of a configuration for another guest.
     *
     * @param to the storage to copy to; empty for the same
     */
    Map<String, String> copy(Map<String, String> config, String from, Guest guest, String to)
            throws Refused {
        Map<String, String> copied = new LinkedHashMap<>();
        for (Map.Entry<String, String> one : config.entrySet()) {
            String id = idOf(one.getValue());
            if (!KeyPrivileges.isVolume(one.getKey()) || !id.contains(":")) {
                copied.put(one.getKey(), one.getValue());
                continue;
            }
            Storage.Volume source = cluster.storage(from, storageOf(id)).volumes().get(id);
            if (source == null || source.vmid() == 0) {
                copied.put(one.getKey(), one.getValue());
                continue;
            }
            Storage storage = cluster.storage(guest.node(), to.isEmpty() ? storageOf(id) : to);
            String fresh =
                    id.endsWith("-cloudinit")
                            ? "%s:vm-%d-cloudinit".formatted(storage.id(), guest.vmid())
                            : fresh(guest, storage);
            put(guest, storage, fresh, source.size());
            copied.put(
                    one.getKey(),
                    fresh + restOf(one.getValue()) + ",size=" + Sizes.text(source.size()));
        }
        return copied;
    }

    /** Makes one volume larger, and tells so in its drive. */
    void resize(Guest guest, String key, long bytes) throws Refused {
        String drive = String.valueOf(guest.config().get(key));
        String id = idOf(drive);
        Storage storage = cluster.storage(guest.node(), storageOf(id));
        put(guest, storage, id, bytes);
        guest.config().put(key, id + restOf(drive) + ",size=" + Sizes.text(bytes));
    }

    /** Frees what belongs to the guest. */
    void free(Guest guest) {
        for (Storage storage : cluster.storagesOf(guest.node()).values()) {
            storage.volumes()
                    .values()
                    .removeIf(volume ->
                            volume.vmid() == guest.vmid() && !volume.content().equals("backup"));
        }
    }

    /** Takes the volumes on local storages along to another node. */
    void move(Guest guest, String node) throws Refused {
        for (Storage storage : cluster.storagesOf(guest.node()).values()) {
            if (storage.isShared()) {
                continue;
            }
            for (Storage.Volume volume : List.copyOf(storage.volumes().values())) {
                if (volume.vmid() == guest.vmid() && !volume.content().equals("backup")) {
                    cluster.storage(node, storage.id()).put(volume);
                    storage.volumes().remove(volume.id());
                }
            }
        }
    }

    /** The volumes of a guest that lie on one node only. */
    List<String> local(Guest guest) throws Refused {
        List<String> local = new ArrayList<>();
        for (Map.Entry<String, String> one : guest.config().entrySet()) {
            String id = idOf(one.getValue());
            if (KeyPrivileges.isVolume(one.getKey())
                    && id.contains(":")
                    && !cluster.storage(guest.node(), storageOf(id)).isShared()) {
                local.add(id);
            }
        }
        return local;
    }
}
