package dev.culvert.daemon.inventory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one server has, as it was seen last. Never changes. */
public final class View {
    private final ServerStatus status;
    private final Map<Kind, Map<String, Thing>> things;

    View(ServerStatus status, Map<Kind, Map<String, Thing>> things) {
        this.status = status;
        this.things = things;
    }

    static View of(ServerStatus status, Collection<Thing> all) {
        Map<Kind, Map<String, Thing>> things = new TreeMap<>();
        for (Kind kind : Kind.values()) {
            things.put(kind, new TreeMap<>());
        }
        for (Thing thing : all) {
            of(things, thing.kind()).put(thing.id(), thing);
        }
        return new View(status, things);
    }

    private static Map<String, Thing> of(Map<Kind, Map<String, Thing>> things, Kind kind) {
        Map<String, Thing> of = things.get(kind);
        if (of == null) {
            throw new IllegalStateException("every kind has things");
        }
        return of;
    }

    View with(ServerStatus next) {
        return new View(next, things);
    }

    public ServerStatus status() {
        return status;
    }

    public List<Thing> all(Kind kind) {
        return List.copyOf(of(things, kind).values());
    }

    public @Nullable Thing find(Kind kind, String id) {
        return of(things, kind).get(id);
    }

    Collection<Thing> all() {
        return things.values().stream().flatMap(it -> it.values().stream()).toList();
    }

    /** The guests that there are, by the CID of their vsock device. */
    public Map<Long, List<Thing>> guestsByCid() {
        Map<Long, List<Thing>> guests = new TreeMap<>();
        for (Thing config : of(things, Kind.CONFIG).values()) {
            long cid = GuestConfig.cid(config.fields());
            Thing guest = cid < 0 ? null : find(Kind.GUEST, config.id());
            if (guest != null) {
                guests.computeIfAbsent(cid, _ -> new ArrayList<>()).add(guest);
            }
        }
        return guests;
    }
}
