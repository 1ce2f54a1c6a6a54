package dev.culvert.daemon.inventory;

import dev.culvert.daemon.inventory.ServerStatus.State;
import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.Privileges;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxAnswer;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.io.Quoted;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks one server once for everything, and compares that with what it had before. Blocks. */
final class Poll {
    /** Without these, lists are shorter, or empty. */
    private static final Map<String, String> SEEN_BY =
            new TreeMap<>(Map.of("VM.Audit", "guests", "Datastore.Audit", "storages"));

    /** How many tasks of one server are known. */
    static final int MOST_TASKS = 1_000;

    private static final String FINGERPRINT = "ssl_fingerprint";
    private static final Pattern ID = Pattern.compile("[!-~]{1,300}");

    /** What the poll has found. */
    record Found(View view, List<Thing> changed, List<Thing> gone, List<Change> changes) {}

    private final Proxmox proxmox;
    private final View before;
    private final InstantSource clock;
    private final Instant now;
    private final boolean isFirst;
    private final Instant oldestTask;
    private final Map<String, Thing> known = new LinkedHashMap<>();
    private final Map<String, Thing> next = new LinkedHashMap<>();
    private final List<Thing> changed = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private final StringJoiner notes = new StringJoiner("; ");

    /**
     * @param keep how long tasks are kept that are over
     */
    Poll(Proxmox proxmox, View before, InstantSource clock, Duration keep) {
        this.proxmox = proxmox;
        this.before = before;
        this.clock = clock;
        now = clock.instant();
        isFirst = before.status().polled() == null;
        oldestTask = now.minus(keep);
        before.all().forEach(it -> known.put(it.subject(), it));
    }

    Found run() throws ProxmoxException {
        long begun = System.nanoTime();
        String version = before.status().version();
        if (version.isEmpty() || before.status().state() != State.OK) {
            version = proxmox.get("/version").fields().textOr("version", "");
        }
        Map<String, String> certificates = certificates();
        for (Fields row : proxmox.get("/cluster/resources").rows()) {
            resource(row, certificates);
        }
        Boolean quorate = quorate();
        permissions();
        tasks();
        times();
        List<Thing> gone = gone();
        configs();
        ServerStatus status =
                new ServerStatus(
                        proxmox.name(),
                        proxmox.settings().url().toString(),
                        State.OK,
                        Quoted.word(version),
                        "",
                        notes.toString(),
                        now,
                        Duration.ofNanos(System.nanoTime() - begun),
                        quorate);
        return new Found(View.of(status, next.values()), changed, gone, changes);
    }

    /** The fingerprints of the nodes' certificates, by the nodes' names. */
    private Map<String, String> certificates() throws ProxmoxException {
        Map<String, String> found = new LinkedHashMap<>();
        for (Fields row : proxmox.get("/nodes").rows()) {
            String fingerprint = row.textOr(FINGERPRINT, "").toUpperCase(Locale.ROOT);
            if (fingerprint.matches("([0-9A-F]{2}:){31}[0-9A-F]{2}")) {
                found.put(row.textOr("node", ""), fingerprint);
            }
        }
        return found;
    }

    /** The fingerprints that a view tells of. */
    static Set<String> certificates(View view) {
        return view.all(Kind.NODE).stream()
                .map(it -> it.fields().textOr(FINGERPRINT, ""))
                .filter(it -> !it.isEmpty())
                .collect(Collectors.toSet());
    }

    private void node(String name, Fields row, Map<String, String> certificates) {
        Thing last = known.get(Thing.subject(Kind.NODE, name));
        String before = last == null ? "" : last.fields().textOr(FINGERPRINT, "");
        String fingerprint = certificates.getOrDefault(name, before); // none while it is away
        Fields fields =
                last != null && row.textOr("status", "").equals("online")
                        ? NodeTimes.of(last).with(row)
                        : row;
        take(
                Kind.NODE,
                name,
                fingerprint.isEmpty() ? fields : fields.with(FINGERPRINT, fingerprint));
    }

    private void resource(Fields row, Map<String, String> certificates) {
        switch (row.textOr("type", "")) {
            case "node" -> node(row.textOr("node", ""), row, certificates);
            case "qemu", "lxc" -> guest(row);
            case "storage" ->
                    take(
                            Kind.STORAGE,
                            row.textOr("node", "") + "/" + row.textOr("storage", ""),
                            row);
            default -> {
                // pools and networks
            }
        }
    }

    /** While its node is away, Proxmox says of a guest only that it exists. */
    private void guest(Fields row) {
        String id = row.textOr("vmid", "");
        Thing last = known.get(Thing.subject(Kind.GUEST, id));
        boolean isUnknown = row.textOr("status", "unknown").equals("unknown");
        take(Kind.GUEST, id, isUnknown && last != null ? last.kept().with(row) : row);
    }

    private void take(Kind kind, String id, Fields fields) {
        if (!ID.matcher(id).matches()) {
            return;
        }
        Thing last = known.get(Thing.subject(kind, id));
        Thing thing = new Thing(kind, id, fields, now, last == null ? now : last.changed());
        if (last == null) {
            changed.add(thing);
            if (!isFirst && kind != Kind.TASK && kind != Kind.CONFIG) {
                changes.add(new Change(now, thing.subject(), "added", "", name(thing)));
            }
        } else if (!last.kept().equals(thing.kept())) {
            boolean isHistory = compare(last, thing);
            thing = new Thing(kind, id, fields, now, isHistory ? now : last.changed());
            changed.add(thing);
        }
        next.put(thing.subject(), thing);
    }

    private static String name(Thing thing) {
        return Quoted.word(thing.name());
    }

    private boolean compare(Thing last, Thing thing) {
        int size = changes.size();
        if (thing.kind() != Kind.TASK) {
            thing.kind()
                    .watched()
                    .forEach((member, what) -> {
                        String from = last.fields().textOr(member, "");
                        String to = thing.fields().textOr(member, "");
                        if (!from.equals(to)) {
                            changes.add(
                                    new Change(
                                            now,
                                            thing.subject(),
                                            what,
                                            Quoted.word(from),
                                            Quoted.word(to)));
                        }
                    });
        }
        return changes.size() > size || thing.kind() == Kind.TASK;
    }

    /** Proxmox leaves out what a token may not see, and does not say that it does. */
    private void permissions() throws ProxmoxException {
        ProxmoxAnswer answer = optional("/access/permissions");
        if (answer == null) {
            return;
        }
        Fields paths = answer.fields();
        for (String privilege : SEEN_BY.keySet()) {
            boolean hasIt =
                    paths.nodes().keySet().stream()
                            .anyMatch(path -> paths.fields(path).has(privilege));
            if (!hasIt) {
                notes.add(
                        "%s are not seen, because the token has %s nowhere: %s"
                                .formatted(
                                        SEEN_BY.get(privilege),
                                        privilege,
                                        Privileges.grant(
                                                proxmox.settings().tokenId(), "/", privilege)));
            }
        }
    }

    private @Nullable Boolean quorate() throws ProxmoxException {
        ProxmoxAnswer answer = optional("/cluster/status");
        if (answer == null) {
            return null;
        }
        for (Fields row : answer.rows()) {
            if ("cluster".equals(row.text("type"))) {
                return row.is("quorate");
            }
        }
        return true; // a node without a cluster needs nobody
    }

    /** The list has the latest ones only; those before are known from earlier polls. */
    private void tasks() throws ProxmoxException {
        ProxmoxAnswer answer = optional("/cluster/tasks");
        List<Fields> rows = answer == null ? List.of() : answer.rows();
        rows.forEach(row -> take(Kind.TASK, row.textOr("upid", ""), row));
        known.values().stream()
                .filter(it -> it.kind() == Kind.TASK && !next.containsKey(it.subject()))
                .filter(it -> begun(it).isAfter(oldestTask))
                .sorted(Comparator.comparing(Poll::begun).reversed())
                .limit(Math.max(0, MOST_TASKS - rows.size()))
                .forEach(it -> next.put(it.subject(), it));
    }

    static Instant begun(Thing task) {
        return Instant.ofEpochSecond(task.fields().number("starttime", 0));
    }

    /** Null if the token may not read it. */
    private @Nullable ProxmoxAnswer optional(String path) throws ProxmoxException {
        try {
            return proxmox.get(path);
        } catch (ProxmoxException e) {
            if (e.kind() != ProxmoxException.Kind.FORBIDDEN) {
                throw e;
            }
            notes.add(path + ": " + e.sentence() + ": " + e.advice());
            return null;
        }
    }

    /** How long the nodes take to answer, of those asked longest ago. */
    private void times() throws ProxmoxException {
        List<Thing> nodes = next.values().stream().filter(it -> it.kind() == Kind.NODE).toList();
        NodeTimes times = new NodeTimes(proxmox, clock);
        for (Thing node : times.ask(nodes)) {
            next.put(node.subject(), node);
        }
        times.note().ifPresent(notes::add);
    }

    private void configs() throws ProxmoxException {
        List<Thing> guests = next.values().stream().filter(it -> it.kind() == Kind.GUEST).toList();
        Configurations read = new Configurations(proxmox, known, now);
        read.of(guests, Set.copyOf(changed.stream().map(Thing::subject).toList()));
        read.all().forEach(it -> next.put(it.subject(), it));
        changed.addAll(read.changed());
        changes.addAll(read.changes());
        read.notes().forEach(notes::add);
    }

    private List<Thing> gone() {
        List<Thing> gone = new ArrayList<>();
        for (Thing last : known.values()) {
            boolean isGone =
                    last.kind() == Kind.CONFIG
                            ? !next.containsKey(Thing.subject(Kind.GUEST, last.id()))
                            : !next.containsKey(last.subject());
            if (isGone) {
                gone.add(last);
                if (last.kind() != Kind.TASK && last.kind() != Kind.CONFIG) {
                    changes.add(new Change(now, last.subject(), "removed", name(last), ""));
                }
            }
        }
        return gone;
    }
}
