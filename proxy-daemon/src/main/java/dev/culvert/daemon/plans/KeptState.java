package dev.culvert.daemon.plans;

import dev.culvert.infra.Change;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.ManagedGuest;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * A desired state as it is kept.
 *
 * @param revision from 1; one more with each text
 * @param text as it was written, with its comments
 * @param managed what it has made or adopted, and destroys when it no longer wants it
 * @param author who wrote the text
 * @param written when
 * @param run the latest run that applied it; empty for none
 */
public record KeptState(
        String name,
        long revision,
        String text,
        Map<GuestId, ManagedGuest> managed,
        String author,
        Instant written,
        String run) {
    public KeptState {
        managed = Map.copyOf(managed);
    }

    KeptState after(Change change) {
        Map<GuestId, ManagedGuest> next = new TreeMap<>(managed);
        if (change.action() == Change.Action.DESTROY) {
            next.remove(change.id());
        } else {
            next.put(change.id(), ManagedGuest.after(change));
        }
        return new KeptState(name, revision, text, next, author, written, run);
    }

    KeptState appliedBy(String next) {
        return new KeptState(name, revision, text, managed, author, written, next);
    }
}
