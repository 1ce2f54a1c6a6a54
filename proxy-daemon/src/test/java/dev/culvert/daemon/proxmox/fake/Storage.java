package dev.culvert.daemon.proxmox.fake;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A storage: on each node one of its own, or one that the nodes share. Guarded by the cluster's
 * lock.
 */
final class Storage {
    /**
     * What lies there.
     *
     * @param content such as {@code images}, {@code iso}, {@code vztmpl} or {@code backup}
     * @param vmid the guest that it belongs to; 0 if none
     * @param config of a backup: the guest's configuration in it; else empty
     */
    record Volume(
            String id,
            String content,
            String format,
            long size,
            int vmid,
            long made,
            String notes,
            Map<String, String> config) {}

    private final String id;
    private final String type;
    private final Set<String> contents;
    private final boolean shared;
    private final long total;
    private final Map<String, Volume> volumes = new TreeMap<>();

    Storage(String id, String type, Set<String> contents, boolean shared, long total) {
        this.id = id;
        this.type = type;
        this.contents = contents;
        this.shared = shared;
        this.total = total;
    }

    String id() {
        return id;
    }

    String type() {
        return type;
    }

    Set<String> contents() {
        return contents;
    }

    boolean isShared() {
        return shared;
    }

    long total() {
        return total;
    }

    long used() {
        return volumes.values().stream().mapToLong(Volume::size).sum();
    }

    Map<String, Volume> volumes() {
        return volumes;
    }

    void put(Volume volume) {
        volumes.put(volume.id, volume);
    }
}
