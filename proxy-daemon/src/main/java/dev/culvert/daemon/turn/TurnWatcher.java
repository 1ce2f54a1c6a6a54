package dev.culvert.daemon.turn;

/**
 * Reads a turn along with its readers, and slows none of them. Is told on the event loops of the
 * readers, one call at a time, and must not take long there. It may be told fewer events than they:
 * each call says how far the turn is.
 */
public interface TurnWatcher extends TurnListener {
    /** The reader has had the events up to this number, which this watcher is not told. */
    void onJoined(long number);
}
