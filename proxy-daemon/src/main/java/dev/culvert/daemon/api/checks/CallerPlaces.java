package dev.culvert.daemon.api.checks;

import java.util.HashMap;
import java.util.Map;

/** How many checks of each caller wait or run. Safe for all threads. */
final class CallerPlaces {
    private final Map<String, Integer> taken = new HashMap<>();

    /** Takes so many more; false, and none, if the caller would have more than {@code most}. */
    synchronized boolean enter(String caller, int more, int most) {
        int before = taken.getOrDefault(caller, 0);
        if (before + more > most) {
            return false;
        }
        taken.put(caller, before + more);
        return true;
    }

    synchronized void leave(String caller, int fewer) {
        taken.computeIfPresent(caller, (_, count) -> count == fewer ? null : count - fewer);
    }
}
