package dev.culvert.daemon.turn;

import dev.culvert.link.Failure;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The turns that somebody watches. Used on every event loop. */
/*
 * A reader tells its watchers without looking for them: it is told of them when they come, or when it comes itself.
 * Whoever enters does so before it looks for the other side, so that one of the two finds the other.
 */
final class WatchedTurns {
    /** How many may watch one turn: each costs its reader's event loop a little time. */
    private static final int MOST = 64;

    private final ConcurrentMap<String, Watched> byTurn = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final LiveTurns live;

    WatchedTurns(LiveTurns live) {
        this.live = live;
    }

    /** How many watchers there are. */
    int count() {
        return count.get();
    }

    /** Lets {@code watcher} read along. */
    Watching watch(String id, TurnWatcher watcher) {
        LiveTurn reader = live.last(id);
        if (reader == null) {
            return Watching.UNREAD;
        }
        Watched along = enter(id, watcher);
        if (along == null) {
            return new Watching.Full(MOST);
        }
        for (LiveTurn it = reader; it != null; it = it.before) {
            it.watchedBy(along);
        }
        if (live.last(id) == null && leave(id, along, watcher)) {
            return Watching.UNREAD; // the last reader has left without knowing of it
        }
        reader.onLoop(() -> along.joined(watcher, reader.lastNumber()));
        return new Watching.Begun(() -> leave(id, along, watcher));
    }

    /** Null if there are too many. */
    private @Nullable Watched enter(String id, TurnWatcher watcher) {
        boolean[] added = {false};
        Watched along =
                byTurn.compute(
                        id,
                        (_, known) -> {
                            Watched it = known == null ? new Watched() : known;
                            added[0] = it.add(watcher, MOST);
                            return it;
                        });
        if (!added[0]) {
            return null;
        }
        count.incrementAndGet();
        return along;
    }

    /** Returns false if it was told the end already. */
    private boolean leave(String id, Watched along, TurnWatcher watcher) {
        boolean left = along.remove(watcher);
        if (left) {
            count.decrementAndGet();
            byTurn.computeIfPresent(
                    id, (_, known) -> known == along && known.isEmpty() ? null : known);
        }
        return left;
    }

    /** A reader has entered. */
    void entered(LiveTurn reader) {
        if (!byTurn.isEmpty()) {
            Watched along = byTurn.get(reader.id());
            if (along != null) {
                reader.watchedBy(along);
            }
        }
    }

    /**
     * A reading has ended, and its reader has left.
     *
     * @param end the number of the end of a complete answer
     */
    void ended(LiveTurn reader, Watched along, @Nullable Failure how, long end) {
        if (Endings.isSaidToHaveEnded(how) || live.last(reader.id()) == null) {
            byTurn.remove(reader.id(), along);
            count.addAndGet(-along.over(how, end));
        }
    }
}
