package dev.culvert.daemon.triggers;

import java.util.Locale;

/** Counts what triggers do. For all threads. */
public interface TriggerObserver {
    /** What became of a cause. */
    enum Outcome {
        STARTED,

        /** A run of the flow was going on. */
        SKIPPED,

        /** The flow could not be started. */
        FAILED,

        /** The daemon was away at that time. */
        MISSED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    void on(Outcome outcome);
}
