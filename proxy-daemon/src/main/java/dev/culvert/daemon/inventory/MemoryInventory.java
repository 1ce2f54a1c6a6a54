package dev.culvert.daemon.inventory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ends with the daemon. Safe for all threads. */
public final class MemoryInventory implements InventoryStore {
    private static final class Known {
        ServerRow row;
        final Map<String, Thing> things = new LinkedHashMap<>();
        final Deque<PlacedChange> changes = new ArrayDeque<>();
        long place;

        Known(ServerRow row) {
            this.row = row;
        }
    }

    private final Map<String, Known> servers = new HashMap<>();

    @Override
    public synchronized List<ServerRow> servers() {
        return servers.values().stream().map(it -> it.row).toList();
    }

    @Override
    public synchronized List<Thing> things(String server) {
        Known known = servers.get(server);
        return known == null ? List.of() : List.copyOf(known.things.values());
    }

    @Override
    public synchronized void save(Round round) {
        Known known =
                servers.computeIfAbsent(round.server().name(), _ -> new Known(round.server()));
        known.row = round.server();
        round.things().forEach(it -> known.things.put(it.subject(), it));
        round.gone().forEach(it -> known.things.remove(it.subject()));
        for (Change change : round.changes()) {
            known.place++;
            known.changes.addLast(new PlacedChange(known.place, change));
        }
        while (!known.changes.isEmpty()
                && (known.changes.size() > round.most()
                        || known.changes.getFirst().change().at().isBefore(round.before()))) {
            known.changes.removeFirst();
        }
    }

    @Override
    public synchronized void forget(String server) {
        servers.remove(server);
    }

    @Override
    public synchronized List<PlacedChange> changes(
            String server, @Nullable String subject, long after, int most) {
        List<PlacedChange> found = new ArrayList<>();
        Known known = servers.get(server);
        Iterator<PlacedChange> latest =
                known == null
                        ? List.<PlacedChange>of().iterator()
                        : known.changes.descendingIterator();
        while (latest.hasNext() && found.size() < most) {
            PlacedChange it = latest.next();
            if ((after <= 0 || it.place() < after)
                    && (subject == null || subject.equals(it.change().subject()))) {
                found.add(it);
            }
        }
        return found;
    }
}
