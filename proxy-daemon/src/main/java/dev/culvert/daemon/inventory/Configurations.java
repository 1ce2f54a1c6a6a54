package dev.culvert.daemon.inventory;

import dev.culvert.daemon.proxmox.Fields;
import dev.culvert.daemon.proxmox.Proxmox;
import dev.culvert.daemon.proxmox.ProxmoxException;
import dev.culvert.io.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The configurations of guests in one poll: a few are read, the others are those known before. */
final class Configurations {
    /** How many one poll reads at most. */
    static final int MOST = 8;

    /** One is read again after this, also if nothing else of its guest has changed. */
    static final Duration AGE = Duration.ofMinutes(5);

    private final Proxmox proxmox;
    private final Map<String, Thing> known;
    private final Instant now;
    private final List<Thing> all = new ArrayList<>();
    private final List<Thing> changed = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * @param known what the poll before had, by subject
     */
    Configurations(Proxmox proxmox, Map<String, Thing> known, Instant now) {
        this.proxmox = proxmox;
        this.known = known;
        this.now = now;
    }

    List<Thing> all() {
        return all;
    }

    List<Thing> changed() {
        return changed;
    }

    List<Change> changes() {
        return changes;
    }

    List<String> notes() {
        return notes;
    }

    /**
     * Reads them: of new guests first, then of those that have changed, then those read longest
     * ago.
     *
     * @param changedNow the subjects of the guests that have changed
     */
    void of(List<Thing> guests, Set<String> changedNow) throws ProxmoxException {
        List<Thing> due =
                guests.stream()
                        .filter(it -> isDue(it, changedNow))
                        .sorted(Comparator.comparing(this::lastRead))
                        .limit(MOST)
                        .toList();
        boolean isAllowed = true;
        for (Thing guest : guests) {
            Thing last = known.get(Thing.subject(Kind.CONFIG, guest.id()));
            if (last != null) {
                all.add(last);
            }
        }
        for (Thing guest : due) {
            isAllowed = isAllowed && read(guest);
        }
    }

    private boolean isDue(Thing guest, Set<String> changedNow) {
        boolean isThere = !guest.state().equals("unknown");
        return isThere
                && (changedNow.contains(guest.subject())
                        || lastRead(guest).plus(AGE).isBefore(now));
    }

    private Instant lastRead(Thing guest) {
        Thing last = known.get(Thing.subject(Kind.CONFIG, guest.id()));
        return last == null ? Instant.EPOCH : last.seen();
    }

    /** False if the token may not read it. */
    private boolean read(Thing guest) throws ProxmoxException {
        try {
            Fields read =
                    GuestConfig.shown(
                            proxmox.call(HttpMethod.GET, path(guest) + "/config", Map.of())
                                    .fields());
            Thing last = known.get(Thing.subject(Kind.CONFIG, guest.id()));
            List<String> different =
                    last == null ? List.of() : GuestConfig.difference(last.fields(), read);
            Thing thing =
                    new Thing(
                            Kind.CONFIG,
                            guest.id(),
                            read,
                            now,
                            last == null || !different.isEmpty() ? now : last.changed());
            all.add(thing);
            if (last == null || !different.isEmpty()) {
                changed.add(thing);
            }
            if (!different.isEmpty()) {
                changes.add(
                        new Change(
                                now,
                                guest.subject(),
                                "config",
                                "",
                                Quoted.sentence(String.join(", ", different))));
            }
            return true;
        } catch (ProxmoxException e) {
            return switch (e.kind()) {
                case FORBIDDEN -> {
                    notes.add("configurations of guests: " + e.sentence() + ": " + e.advice());
                    yield false;
                }
                case NOT_FOUND, AWAY, LOCKED, FAILED -> true; // it is gone, or its node is
                default -> throw e;
            };
        }
    }

    /** Where Proxmox has a guest. */
    static String path(Thing guest) {
        return "/nodes/%s/%s/%s"
                .formatted(
                        Proxmox.segment(guest.fields().textOr("node", "")),
                        guest.isContainer() ? "lxc" : "qemu",
                        Proxmox.segment(guest.id()));
    }
}
