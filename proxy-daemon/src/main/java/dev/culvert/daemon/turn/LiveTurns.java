package dev.culvert.daemon.turn;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The readings in progress, by turn: of each turn the latest reader, and earlier ones that have not
 * ended. Used on any thread.
 */
/*
 * Each reading of a turn uses a different link, because a link carries an id only once; other turns share that link.
 * When the agent first answers a later reading, the daemon tells every earlier client at once that its reading was
 * taken over. The agent's own message to the earlier link may come later. If the later reading fails before that, the
 * earlier ones go on.
 *
 * The readers of a turn are chained from the latest back, by LiveTurn.before, which changes only under the map's lock
 * on the id. Nearly every turn has one reader and costs one entry.
 */
final class LiveTurns {
    private final ConcurrentMap<String, LiveTurn> lastOf = new ConcurrentHashMap<>();

    /** Adds a reader. Returns the one that was the latest until now; null if there was none. */
    @Nullable LiveTurn enter(LiveTurn turn) {
        if (lastOf.putIfAbsent(turn.id(), turn) == null) {
            return null;
        }
        lastOf.compute(
                turn.id(),
                (_, newest) -> {
                    turn.before = newest;
                    return turn;
                });
        return turn.before;
    }

    /**
     * Removes a reader. Returns the one that is the latest now, if {@code turn} was the latest and
     * there is another.
     */
    @Nullable LiveTurn leave(LiveTurn turn) {
        if (turn.before == null && lastOf.remove(turn.id(), turn)) {
            return null;
        }
        LiveTurn last = lastOf.computeIfPresent(turn.id(), (_, newest) -> without(turn, newest));
        return last == turn.before ? last : null;
    }

    private static @Nullable LiveTurn without(LiveTurn turn, LiveTurn newest) {
        if (newest == turn) {
            return turn.before;
        }
        LiveTurn later = newest;
        while (later != null && later.before != turn) {
            later = later.before;
        }
        if (later != null) {
            later.before = turn.before;
        }
        return newest;
    }

    /**
     * The agent has answered {@code turn}: it is the reader now, and no longer the earlier ones.
     */
    void takeOverEarlier(LiveTurn turn) {
        for (LiveTurn it = turn.before; it != null; it = it.before) {
            it.takenOver();
        }
    }

    /** The latest reader; null if nobody reads the turn. */
    @Nullable LiveTurn last(String id) {
        return lastOf.get(id);
    }

    /** Whether no later reader came. */
    boolean isLast(Reading turn) {
        return lastOf.get(turn.id()) == turn;
    }

    /** How many turns are read. */
    int count() {
        return lastOf.size();
    }

    /** The latest reader of each turn. */
    Collection<LiveTurn> latest() {
        return lastOf.values();
    }

    void forEach(Consumer<LiveTurn> action) {
        for (LiveTurn last : lastOf.values()) {
            for (LiveTurn it = last; it != null; it = it.before) {
                action.accept(it);
            }
        }
    }
}
