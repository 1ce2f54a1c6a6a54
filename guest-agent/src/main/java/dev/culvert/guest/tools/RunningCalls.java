package dev.culvert.guest.tools;

import dev.culvert.guest.runtime.RunningCall;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The calls that do something, or are about to: also those of turns that were given up meanwhile.
 * Safe for all threads.
 */
final class RunningCalls {
    /** Each call is one of its own, though two may have the same names. */
    private static final class Entry {
        private final RunningCall call;

        Entry(RunningCall call) {
            this.call = call;
        }
    }

    private final Set<Entry> running = ConcurrentHashMap.newKeySet();

    /** Runs what is returned when the call is over. */
    Runnable begin(Offer offer, AnswerCalls.Call call) {
        Entry entry = new Entry(new RunningCall(offer.turn(), call.id(), call.name()));
        running.add(entry);
        return () -> running.remove(entry);
    }

    List<RunningCall> now() {
        return running.stream().map(entry -> entry.call).toList();
    }
}
