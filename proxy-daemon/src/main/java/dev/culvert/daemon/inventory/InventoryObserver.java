package dev.culvert.daemon.inventory;

import java.time.Duration;

/** Counts what polls do. */
public interface InventoryObserver {
    /** A server was polled. */
    void onPoll(boolean hasAnswered, Duration took);

    /** A task was seen that has failed since the poll before. */
    void onFailedTask();
}
