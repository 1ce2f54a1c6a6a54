package dev.culvert.link;

import dev.culvert.frame.Frame;
import java.util.Iterator;
import java.util.LinkedHashSet;

/**
 * Remembers which ids were in use a moment ago, to tell a late reply from one to an id that was
 * never issued.
 */
final class EndedIds {
    private static final int REMEMBERED = 64;
    private static final int MAX_ABANDONED = 4_096;

    /**
     * Ended by the agent: nothing more should come, so a short memory is enough. It has hash codes
     * only: 256 bytes a link instead of 5 KB of strings, which would all be promoted to the old
     * generation. If two ids have the same hash code, one bogus reply is dropped instead of closing
     * the link.
     */
    private final int[] answered = new int[REMEMBERED];

    /** Ended by this side: the agent may go on for long before it ends the exchange itself. */
    private final LinkedHashSet<String> abandoned = new LinkedHashSet<>();

    private int rememberedAnswers;
    private int nextAnswered;

    void addAnswered(String id) {
        answered[nextAnswered] = id.hashCode();
        nextAnswered = (nextAnswered + 1) % REMEMBERED;
        rememberedAnswers = Math.min(rememberedAnswers + 1, REMEMBERED);
    }

    void addAbandoned(String id) {
        abandoned.add(id);
        if (abandoned.size() > MAX_ABANDONED) {
            Iterator<String> oldest = abandoned.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Counts {@code reply}, which is lent, as late; false if its id was not in use lately. */
    boolean drop(Frame reply, LinkObserver observer) {
        if (!contains(reply.id())) {
            return false;
        }
        observer.onLateReply(reply.type());
        if (ReplyReader.isLast(reply)) {
            settle(reply.id());
        }
        return true;
    }

    /** The agent has ended an exchange that this side had abandoned. */
    private void settle(String id) {
        if (abandoned.remove(id)) {
            addAnswered(id);
        }
    }

    /** Whether this side ended it, and the agent has not yet. */
    boolean isAbandoned(String id) {
        return abandoned.contains(id);
    }

    boolean contains(String id) {
        return !id.isEmpty() && (abandoned.contains(id) || wasAnswered(id));
    }

    private boolean wasAnswered(String id) {
        for (int i = 0; i < rememberedAnswers; i++) {
            if (answered[i] == id.hashCode()) {
                return true;
            }
        }
        return false;
    }
}
