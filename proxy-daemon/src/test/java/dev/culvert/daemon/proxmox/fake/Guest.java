package dev.culvert.daemon.proxmox.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** A VM or a container. Guarded by the cluster's lock. */
final class Guest {
    /** What a guest is, with the name that Proxmox has for it in paths and in sentences. */
    enum Kind {
        VM("qemu", "VM", "qemu-server"),
        CT("lxc", "CT", "lxc");

        private final String path;
        private final String word;
        private final String folder;

        Kind(String path, String word, String folder) {
            this.path = path;
            this.word = word;
            this.folder = folder;
        }

        String path() {
            return path;
        }

        String word() {
            return word;
        }

        String folder() {
            return folder;
        }
    }

    enum State {
        RUNNING,
        PAUSED,
        STOPPED
    }

    /**
     * A snapshot.
     *
     * @param parent the snapshot before it; empty if there is none
     * @param config the guest's configuration then
     */
    record Snapshot(
            String name,
            String description,
            String parent,
            long taken,
            boolean withMemory,
            Map<String, String> config) {}

    private final int vmid;
    private final Kind kind;
    private final Map<String, String> config = new TreeMap<>();
    private final Map<String, String> pending = new TreeMap<>();
    private final Map<String, Snapshot> snapshots = new LinkedHashMap<>();
    private String node;
    private State state = State.STOPPED;
    private String pool = "";
    private long started;
    private String parent = "";

    Guest(int vmid, Kind kind, String node) {
        this.vmid = vmid;
        this.kind = kind;
        this.node = node;
    }

    int vmid() {
        return vmid;
    }

    Kind kind() {
        return kind;
    }

    String node() {
        return node;
    }

    void moveTo(String other) {
        node = other;
    }

    State state() {
        return state;
    }

    void become(State next, long now) {
        if (state == State.STOPPED && next != State.STOPPED) {
            started = now;
        }
        state = next;
        if (next == State.STOPPED) {
            Map<String, String> waiting = Map.copyOf(pending);
            pending.clear();
            waiting.forEach(this::change);
        }
    }

    /** Seconds since 1970. */
    long started() {
        return started;
    }

    String pool() {
        return pool;
    }

    void setPool(String to) {
        pool = to;
    }

    Map<String, String> config() {
        return config;
    }

    /** What a running VM takes when it starts again; an empty value is deleted then. */
    Map<String, String> pending() {
        return pending;
    }

    /** Sets a key, or remembers it for the next start. */
    void change(String key, String value) {
        if (waits(key) && !value.equals(config.get(key))) {
            pending.put(key, value);
        } else if (value.isEmpty()) {
            config.remove(key);
        } else {
            pending.remove(key);
            config.put(key, value);
        }
    }

    /** Deletes a key; a disk stays as an unused one. */
    void forget(String key) {
        if (waits(key) && config.containsKey(key)) {
            pending.put(key, "");
            return;
        }
        pending.remove(key);
        String value = config.remove(key);
        if (value != null && KeyPrivileges.isVolume(key) && !key.startsWith("unused")) {
            unused(Volumes.idOf(value));
        }
    }

    private boolean waits(String key) {
        return kind == Kind.VM
                && state != State.STOPPED
                && ConfigCalls.AT_THE_NEXT_START.contains(key);
    }

    void unused(String volume) {
        int number = 0;
        while (config.containsKey("unused" + number)) {
            number++;
        }
        config.put("unused" + number, volume);
    }

    Map<String, Snapshot> snapshots() {
        return snapshots;
    }

    /** The snapshot that its state comes from; empty if there is none. */
    String parent() {
        return parent;
    }

    void setParent(String to) {
        parent = to;
    }

    String name() {
        return config.getOrDefault(kind == Kind.VM ? "name" : "hostname", "");
    }

    void setName(String to) {
        config.put(kind == Kind.VM ? "name" : "hostname", to);
    }

    boolean isTemplate() {
        return "1".equals(config.get("template"));
    }

    int cpus() {
        int cores = Integer.parseInt(config.getOrDefault("cores", "1"));
        return cores * Integer.parseInt(config.getOrDefault("sockets", "1"));
    }

    /** In bytes. */
    long memory() {
        String told = config.getOrDefault("memory", "512");
        return Long.parseLong(told.startsWith("current=") ? told.substring(8) : told) << 20;
    }

    /** Of its first disk, in bytes. */
    long disk() {
        for (String key : new String[] {"scsi0", "virtio0", "sata0", "ide0", "rootfs"}) {
            String disk = config.get(key);
            if (disk != null) {
                return Sizes.ofDisk(disk);
            }
        }
        return 0;
    }

    void needNoLock() throws Refused {
        String lock = config.get("lock");
        if (lock != null) {
            throw Refused.died("%s is locked (%s)".formatted(kind.word(), lock));
        }
    }

    /** Changes with the configuration: who changes it tells which one it read. */
    String digest() {
        return digest(config);
    }

    static String digest(Map<String, String> of) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-1")
                                    .digest(of.toString().getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
