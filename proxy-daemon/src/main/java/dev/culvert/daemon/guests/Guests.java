package dev.culvert.daemon.guests;

import dev.culvert.daemon.guests.RefusedException.Kind;
import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The guests of the Proxmox servers, for those who change them. Safe for all threads; blocks. */
/* Where a guest is, and whether it is there, is asked anew for each change: what the inventory knows
 * may be older than the last migration. */
public final class Guests {
    /** An id that is free can be taken before it is used, by somebody else. */
    private static final int MOST_IDS = 5;

    private static final int LEAST_VMID = 100;
    private static final int MOST_VMID = 999_999_999;

    private final Supplier<List<Proxmox>> servers;

    /**
     * @param servers those of the settings in force
     */
    public Guests(Supplier<List<Proxmox>> servers) {
        this.servers = servers;
    }

    /**
     * What is to be done.
     *
     * @param vmid of the guest that it makes; empty if it makes none
     * @param choosesId whether any other free id would do, too
     */
    public record Plan(Proxmox server, GuestCall call, OptionalInt vmid, boolean choosesId) {}

    /**
     * What Proxmox answered.
     *
     * @param upid of the task that it began; null if it is done already
     * @param vmid of the guest that it makes
     */
    public record Begun(String server, @Nullable String upid, OptionalInt vmid) {}

    /**
     * The call that does something with a guest.
     *
     * @param expectedName how the client thinks that the guest is called; empty if it does not say
     * @param given its parameters, with Proxmox's names
     */
    public Plan plan(
            String server,
            String vmid,
            GuestAction action,
            Optional<String> expectedName,
            Map<String, String> given)
            throws ProxmoxException, RefusedException {
        Proxmox proxmox = server(server);
        int id = vmid(vmid);
        Optional<Guest> found = find(proxmox, id);
        if (found.isEmpty() && action == GuestAction.RESTORE && given.containsKey("node")) {
            return new Plan(proxmox, restored(id, given), OptionalInt.of(id), false);
        }
        Guest guest =
                found.orElseThrow(() ->
                        new RefusedException(
                                Kind.UNKNOWN,
                                "The Proxmox server '%s' has no guest %d, or does not show it to Culvert's token (VM.Audit)."
                                        .formatted(proxmox.name(), id)));
        if (expectedName.isPresent() && !expectedName.get().equals(guest.name())) {
            throw new RefusedException(
                    Kind.CONFLICT,
                    "The guest %s is called '%s' and not '%s': somebody has put another one in its place, or renamed it. Look at it, and ask again."
                            .formatted(
                                    guest.id(),
                                    Quoted.word(guest.name()),
                                    Quoted.word(expectedName.get())));
        }
        Map<String, String> more = new LinkedHashMap<>(given);
        if (action != GuestAction.CLONE) {
            return new Plan(proxmox, action.of(guest, more), OptionalInt.empty(), false);
        }
        boolean chooses = !more.containsKey(GuestAction.NEW_ID);
        int id2 = chooses ? nextId(proxmox) : vmid(more.get(GuestAction.NEW_ID));
        more.put(GuestAction.NEW_ID, Integer.toString(id2));
        return new Plan(proxmox, action.of(guest, more), OptionalInt.of(id2), chooses);
    }

    private static GuestCall restored(int id, Map<String, String> given) throws RefusedException {
        Map<String, String> more = new LinkedHashMap<>(given);
        String node = String.valueOf(more.remove("node"));
        String archive = more.getOrDefault(GuestAction.ARCHIVE, "");
        GuestKind kind =
                GuestKind.ofArchive(archive)
                        .orElseThrow(() ->
                                new RefusedException(
                                        Kind.BAD,
                                        "The name '%s' does not say whether the backup is one of a VM or of a container: it contains vzdump-qemu-, vzdump-lxc-, backup/vm/ or backup/ct/."
                                                .formatted(Quoted.word(archive))));
        return GuestAction.restore(kind, node, id, more);
    }

    /**
     * The call that makes a guest.
     *
     * @param given its parameters, with Proxmox's names; without {@code vmid} it gets a free id
     */
    public Plan create(String server, GuestKind kind, String node, Map<String, String> given)
            throws ProxmoxException, RefusedException {
        Proxmox proxmox = server(server);
        boolean chooses = !given.containsKey("vmid");
        int id = chooses ? nextId(proxmox) : vmid(String.valueOf(given.get("vmid")));
        Map<String, String> more = new LinkedHashMap<>();
        more.put("vmid", Integer.toString(id));
        given.forEach(more::putIfAbsent);
        return new Plan(
                proxmox,
                GuestCall.post("/nodes/" + Proxmox.segment(node) + "/" + kind.type(), more),
                OptionalInt.of(id),
                chooses);
    }

    /** What the token of a server may not do. */
    public TokenPrivileges privileges(String server) throws ProxmoxException, RefusedException {
        return TokenPrivileges.of(server(server));
    }

    /**
     * What is in a storage.
     *
     * @param kind only this, such as {@code backup}
     * @param vmid only what belongs to this guest
     */
    public List<Volume> content(
            String server,
            String node,
            String storage,
            Optional<String> kind,
            Optional<String> vmid)
            throws ProxmoxException, RefusedException {
        Map<String, String> narrowed = new LinkedHashMap<>();
        kind.ifPresent(it -> narrowed.put("content", it));
        vmid.ifPresent(it -> narrowed.put("vmid", it));
        String path =
                "/nodes/%s/storage/%s/content"
                        .formatted(Proxmox.segment(node), Proxmox.segment(storage));
        return server(server).call(HttpMethod.GET, path, narrowed).rows().stream()
                .map(Volume::of)
                .toList();
    }

    /** Does it. If the id that was chosen is taken meanwhile, it is done with another one. */
    public Begun run(Plan plan) throws ProxmoxException {
        Plan now = plan;
        for (int tries = 1; ; tries++) {
            try {
                GuestCall call = now.call();
                String answer =
                        now.server().call(call.method(), call.path(), call.parameters()).text();
                return new Begun(
                        now.server().name(),
                        answer.startsWith("UPID:") ? answer : null,
                        now.vmid());
            } catch (ProxmoxException e) {
                if (!now.choosesId() || tries == MOST_IDS || !saysExists(e)) {
                    throw e;
                }
                now = withAnotherId(now);
            }
        }
    }

    private static boolean saysExists(ProxmoxException e) {
        return e.kind() == ProxmoxException.Kind.EXISTS;
    }

    private Plan withAnotherId(Plan plan) throws ProxmoxException {
        int id = nextId(plan.server());
        String name = plan.call().parameters().containsKey("vmid") ? "vmid" : GuestAction.NEW_ID;
        return new Plan(
                plan.server(),
                plan.call().with(name, Integer.toString(id)),
                OptionalInt.of(id),
                true);
    }

    private static int nextId(Proxmox server) throws ProxmoxException {
        return Integer.parseInt(server.get("/cluster/nextid").text());
    }

    private static Optional<Guest> find(Proxmox server, int vmid) throws ProxmoxException {
        for (Fields one :
                server.call(HttpMethod.GET, "/cluster/resources", Map.of("type", "vm")).rows()) {
            Optional<GuestKind> kind = GuestKind.ofType(one.textOr("type", ""));
            if (kind.isPresent() && one.number("vmid", 0) == vmid) {
                return Optional.of(
                        new Guest(
                                server.name(),
                                vmid,
                                kind.get(),
                                one.textOr("name", ""),
                                one.textOr("node", ""),
                                one.textOr("status", "")));
            }
        }
        return Optional.empty();
    }

    /** The server of that name. */
    Proxmox server(String name) throws RefusedException {
        List<Proxmox> all = servers.get();
        for (Proxmox one : all) {
            if (one.name().equals(name)) {
                return one;
            }
        }
        throw new RefusedException(
                Kind.UNKNOWN,
                all.isEmpty()
                        ? "The daemon knows no Proxmox server: add one to \"proxmox\" in its settings, and"
                                + " run culvert reload."
                        : "There is no Proxmox server '%s': the settings have %s."
                                .formatted(
                                        Quoted.word(name),
                                        String.join(
                                                ", ", all.stream().map(Proxmox::name).toList())));
    }

    private static int vmid(@Nullable String text) throws RefusedException {
        if (text != null && text.matches("[1-9][0-9]{2,8}")) {
            return Integer.parseInt(text);
        }
        throw new RefusedException(
                Kind.BAD,
                "'%s' is no id of a guest: it takes %d to %d."
                        .formatted(Quoted.word(String.valueOf(text)), LEAST_VMID, MOST_VMID));
    }
}
