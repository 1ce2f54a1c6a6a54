package dev.culvert.daemon.inventory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a thing is. */
public enum Kind {
    NODE,

    /** A virtual machine or a container. */
    GUEST,

    STORAGE,
    TASK,

    /** The configuration of a guest. */
    CONFIG;

    /** Members of things, in Proxmox's names. */
    private static final class Names {
        private static final Map<String, String> OF_NODE =
                pairs("status", "state", "maxcpu", "cpus", "maxmem", "memory");
        private static final Map<String, String> OF_GUEST =
                pairs(
                        "status",
                        "state",
                        "name",
                        "name",
                        "node",
                        "node",
                        "tags",
                        "tags",
                        "pool",
                        "pool",
                        "maxcpu",
                        "cpus",
                        "maxmem",
                        "memory",
                        "maxdisk",
                        "disk",
                        "lock",
                        "lock",
                        "template",
                        "template");
        private static final Map<String, String> OF_OTHERS = pairs("status", "state");
        private static final Map<Kind, List<String>> KEPT = new EnumMap<>(Kind.class);

        static {
            KEPT.put(NODE, with(OF_NODE, "type", "ssl_fingerprint"));
            KEPT.put(GUEST, with(OF_GUEST, "type", "vmid"));
            KEPT.put(
                    STORAGE, with(OF_OTHERS, "storage", "node", "plugintype", "content", "shared"));
            KEPT.put(
                    TASK,
                    with(OF_OTHERS, "upid", "node", "type", "id", "user", "starttime", "endtime"));
        }

        private static Map<String, String> pairs(String... pairs) {
            Map<String, String> map = new LinkedHashMap<>();
            for (int i = 0; i < pairs.length; i += 2) {
                map.put(pairs[i], pairs[i + 1]);
            }
            return map;
        }

        private static List<String> with(Map<String, String> watched, String... more) {
            List<String> all = new ArrayList<>(List.of(more));
            all.addAll(watched.keySet());
            return List.copyOf(all);
        }
    }

    /** As in the database and in the ids of things. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Kind> of(String label) {
        return Arrays.stream(values()).filter(it -> it.label().equals(label)).findAny();
    }

    /** The members that outlive the daemon; of a configuration all do, whatever this says. */
    List<String> kept() {
        return Names.KEPT.getOrDefault(this, List.of());
    }

    /** The members whose changes are history, with the names that these have there. */
    Map<String, String> watched() {
        return switch (this) {
            case NODE -> Names.OF_NODE;
            case GUEST -> Names.OF_GUEST;
            case STORAGE, TASK -> Names.OF_OTHERS;
            case CONFIG -> Map.of();
        };
    }
}
