package dev.culvert.daemon.enrol;

import dev.culvert.daemon.config.FleetSettings;
import java.util.function.Supplier;

/** What all handshakes share. */
record Gate(
        Registry registry,
        Proofs proofs,
        LiveGuests live,
        FailedJoins failed,
        Jobs jobs,
        Supplier<FleetSettings> settings,
        EnrolObserver observer,
        Admission admission) {

    /** Runs what blocks. Work of one key runs in turn. */
    interface Jobs {
        /**
         * Runs {@code work} later, on another thread.
         *
         * @throws java.util.concurrent.RejectedExecutionException when too much work waits
         */
        void execute(String key, Runnable work);
    }
}
