package dev.culvert.daemon.client.workspace;

import dev.culvert.about.Units;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.infra.DesiredState;
import dev.culvert.infra.Disk;
import dev.culvert.infra.Guest;
import dev.culvert.infra.Guest.Hardware;
import dev.culvert.infra.Guest.Source;
import dev.culvert.infra.Guest.Wishes;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.GuestKind;
import dev.culvert.infra.Nic;
import dev.culvert.infra.Validation;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A guest from the words of a command line; the daemon says what these do not. */
public final class NewGuest {
    /** The daemon, asked only if it is needed. */
    public interface Asked {
        Api api() throws IOException;
    }

    private final GuestKind kind;
    private final String name;
    private @Nullable String server;
    private @Nullable String node;
    private @Nullable Integer vmid;
    private @Nullable Integer cpus;
    private @Nullable String memory;
    private List<String> disks = List.of();
    private List<String> nets = List.of();
    private Source source = new Source.Blank();
    private List<String> tagged = List.of();
    private List<String> needed = List.of();
    private @Nullable Boolean started;
    private boolean isOnBoot;
    private boolean isAgent;
    private @Nullable Long cid;

    public NewGuest(GuestKind kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    public void place(@Nullable String onServer, @Nullable String onNode, @Nullable Integer as) {
        server = onServer;
        node = onNode;
        vmid = as;
    }

    public void hardware(
            @Nullable Integer cores,
            @Nullable String size,
            List<String> disksOf,
            List<String> netsOf) {
        cpus = cores;
        memory = size;
        disks = disksOf;
        nets = netsOf;
    }

    public void wishes(
            @Nullable Integer clone,
            List<String> tags,
            List<String> needs,
            @Nullable Boolean start,
            boolean onBoot) {
        if (clone != null) {
            source = new Source.Clone(clone);
        }
        tagged = tags;
        needed = needs;
        started = start;
        isOnBoot = onBoot;
    }

    /** It gets a vsock device; without a CID, with its number. */
    public void agent(boolean is, @Nullable Long itsCid) {
        isAgent = is;
        cid = itsCid;
    }

    public void template(@Nullable String volume) {
        if (volume != null) {
            source = new Source.Template(volume);
        }
    }

    /**
     * The whole of it.
     *
     * @throws UsageException if it is no guest
     */
    public Guest guest(Workspace workspace, DesiredState desired, Asked asked) throws IOException {
        String on = server == null ? workspace.file().server() : server;
        if (on.isEmpty()) {
            on = only(new AskedReality(asked.api()).servers());
        }
        String at = node == null ? workspace.file().node() : node;
        if (at.isEmpty()) {
            at = freest(new AskedReality(asked.api()).nodes(), on);
        }
        int number = vmid == null ? free(on, desired, asked) : vmid;
        try {
            return new Guest(
                    new GuestId(on, number), kind, name, at, hardware(), source, agent(number));
        } catch (NumberFormatException _) {
            throw new UsageException(
                    "memory is '%s': it must be a size such as 2GiB"
                            .formatted(Quoted.word(String.valueOf(memory))));
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static String only(List<String> servers) throws UsageException {
        if (servers.size() != 1) {
            throw new UsageException(
                    servers.isEmpty()
                            ? "the daemon has no server of Proxmox: its setting proxmox names them"
                            : "the daemon has several servers (%s): name one with --server"
                                    .formatted(String.join(", ", servers)));
        }
        return servers.getFirst();
    }

    private static String freest(List<Value> nodes, String server) throws UsageException {
        return nodes.stream()
                .filter(it -> it.text("server").equals(server))
                .filter(it -> it.text("state").equals("online"))
                .max(
                        Comparator.comparingLong(
                                it -> it.number(0, "memory") - it.number(0, "memory_used")))
                .map(it -> it.text("name"))
                .orElseThrow(() ->
                        new UsageException(
                                "the daemon knows no node of %s that is online: name one with --node"
                                        .formatted(Quoted.word(server))));
    }

    private static int free(String server, DesiredState desired, Asked asked) throws IOException {
        Set<GuestId> there = new HashSet<>();
        for (Value each : new AskedReality(asked.api()).all()) {
            there.add(new GuestId(each.text("server"), (int) each.number(0, "vmid")));
        }
        return Validation.free(server, there, desired);
    }

    private Hardware hardware() {
        List<Disk> made = new ArrayList<>();
        for (int i = 0; i < disks.size(); i++) {
            made.add(disk(disks.get(i), kind == GuestKind.CT ? "rootfs" : "scsi" + i));
        }
        return new Hardware(
                Optional.ofNullable(cpus),
                Optional.ofNullable(memory).map(Units::largeBytes),
                made,
                nets.stream().map(NewGuest::nic).toList());
    }

    private static Disk disk(String text, String slot) {
        int equals = text.indexOf('=');
        String rest = text.substring(equals + 1);
        int colon = rest.indexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException(
                    "--disk is '%s': it takes STORAGE:SIZE, such as local-lvm:8GiB"
                            .formatted(Quoted.word(text)));
        }
        long bytes;
        try {
            bytes = Units.largeBytes(rest.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--disk is '%s': its size must be such as 8GiB".formatted(Quoted.word(text)),
                    e);
        }
        return new Disk(
                equals < 0 ? slot : text.substring(0, equals), rest.substring(0, colon), bytes, "");
    }

    private static Nic nic(String text) {
        String[] parts = text.split(",", -1);
        Map<String, String> keys = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String key = equals < 1 ? "" : parts[i].substring(0, equals);
            if (!Set.of("vlan", "model", "ip", "gateway").contains(key)) {
                throw new IllegalArgumentException(
                        "--net has '%s': after the bridge it takes vlan=, model=, ip= and gateway="
                                .formatted(Quoted.word(parts[i])));
            }
            keys.put(key, parts[i].substring(equals + 1));
        }
        String vlan = keys.getOrDefault("vlan", "0");
        if (!vlan.matches("\\d{1,4}")) {
            throw new IllegalArgumentException(
                    "vlan is '%s': it must be a number".formatted(Quoted.word(vlan)));
        }
        return new Nic(
                parts[0],
                Integer.parseInt(vlan),
                keys.getOrDefault("model", Nic.MODEL),
                keys.getOrDefault("ip", ""),
                keys.getOrDefault("gateway", ""));
    }

    private Wishes agent(int number) {
        Optional<Long> its =
                cid == null && isAgent ? Optional.of((long) number) : Optional.ofNullable(cid);
        return new Wishes(
                tagged.isEmpty() ? Optional.empty() : Optional.of(tagged),
                its,
                Optional.ofNullable(started),
                isOnBoot ? Optional.of(true) : Optional.empty(),
                needed);
    }
}
