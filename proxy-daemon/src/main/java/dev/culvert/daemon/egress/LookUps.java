package dev.culvert.daemon.egress;

import java.util.HashMap;
import java.util.Map;

/**
 * The look-ups of names that agents want, on threads of their own: each blocks for as long as the
 * system's resolver likes. Safe for all threads.
 */
/* A look-up keeps a thread of the JDK's scheduler, which has few. Without a limit, an agent with slow names of its own
 * would take the look-ups of everybody else, and the threads that work beside them. */
final class LookUps {
    static final int MOST = 64;
    static final int MOST_OF_AN_AGENT = 8;

    private final Map<String, Integer> ofAgents = new HashMap<>();
    private int all;

    /** Runs it on another thread; false if too many run. */
    boolean begin(String agent, Runnable lookUp) {
        if (!enter(agent)) {
            return false;
        }
        Thread.startVirtualThread(() -> {
            try {
                lookUp.run();
            } finally {
                leave(agent);
            }
        });
        return true;
    }

    private synchronized boolean enter(String agent) {
        int its = ofAgents.getOrDefault(agent, 0);
        if (all >= MOST || its >= MOST_OF_AN_AGENT) {
            return false;
        }
        all++;
        ofAgents.put(agent, its + 1);
        return true;
    }

    private synchronized void leave(String agent) {
        all--;
        ofAgents.computeIfPresent(agent, (_, its) -> its == 1 ? null : its - 1);
    }
}
