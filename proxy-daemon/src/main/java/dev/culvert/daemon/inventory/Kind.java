package dev.culvert.daemon.inventory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a thing is. */
public enum Kind {
    NODE("node", List.of("type"), watched("status", "state", "maxcpu", "cpus", "maxmem", "memory")),

    /** A virtual machine or a container. */
    GUEST(
            "guest",
            List.of("type", "vmid"),
            watched(
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
                    "template")),

    STORAGE(
            "storage",
            List.of("storage", "node", "plugintype", "content", "shared"),
            watched("status", "state")),

    TASK(
            "task",
            List.of("upid", "node", "type", "id", "user", "starttime", "endtime"),
            watched("status", "state")),

    /** The configuration of a guest. */
    CONFIG("config", List.of(), Map.of());

    private final String label;
    private final List<String> kept;
    private final Map<String, String> watched;

    Kind(String label, List<String> more, Map<String, String> watched) {
        this.label = label;
        this.watched = watched;
        List<String> all = new ArrayList<>(more);
        all.addAll(watched.keySet());
        kept = List.copyOf(all);
    }

    private static Map<String, String> watched(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    /** As in the database and in the ids of things. */
    public String label() {
        return label;
    }

    public static Optional<Kind> of(String label) {
        return Arrays.stream(values()).filter(it -> it.label.equals(label)).findAny();
    }

    /** The members that outlive the daemon; all of a configuration. */
    List<String> kept() {
        return kept;
    }

    /** The members whose changes are history, with the names that these have there. */
    Map<String, String> watched() {
        return watched;
    }
}
