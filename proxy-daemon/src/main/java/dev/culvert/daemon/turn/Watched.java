package dev.culvert.daemon.turn;

import dev.culvert.frame.Frame;
import dev.culvert.link.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who watches one turn. Its readers tell it what they read, each on its own event loop; so there is
 * a lock, which no turn without a watcher sees.
 */
final class Watched {
    private final List<TurnWatcher> watchers = new ArrayList<>();
    private long lastNumber;

    /** Returns false if there are as many as {@code most}. */
    synchronized boolean add(TurnWatcher watcher, int most) {
        return watchers.size() < most && watchers.add(watcher);
    }

    /** Returns false if it was told the end already. */
    synchronized boolean remove(TurnWatcher watcher) {
        return watchers.remove(watcher);
    }

    synchronized boolean isEmpty() {
        return watchers.isEmpty();
    }

    /** A reader has the events up to {@code number}. */
    synchronized void joined(TurnWatcher watcher, long number) {
        if (watchers.contains(watcher)) {
            watcher.onJoined(Math.max(lastNumber, number));
        }
    }

    /**
     * A reader has got this chunk, which is lent. Watchers get one copy of it, so that those who
     * keep it do not keep the buffer of which it is a part.
     */
    synchronized void offer(Frame chunk, long number) {
        if (watchers.isEmpty() || number <= lastNumber) {
            return;
        }
        lastNumber = number;
        Frame copy = chunk.replace(chunk.payload().copy());
        try {
            for (TurnWatcher watcher : watchers) {
                watcher.onChunk(copy, number);
            }
        } finally {
            copy.release();
        }
    }

    /**
     * Nobody reads the turn here any longer.
     *
     * @param how the last reading ended
     * @param end the number of the end of a complete answer
     * @return how many watchers were told
     */
    synchronized int over(@Nullable Failure how, long end) {
        for (TurnWatcher watcher : watchers) {
            if (how == null) {
                watcher.onDone(end);
            } else if (how.equals(Endings.SHUTTING_DOWN)) {
                watcher.onCut();
            } else {
                watcher.onFailure(how);
            }
        }
        int told = watchers.size();
        watchers.clear();
        return told;
    }
}
