package dev.culvert.daemon.turn;

/** What became of the wish to watch a turn. */
public sealed interface Watching {
    Watching UNREAD = new Unread();

    /** Nobody reads the turn through this daemon. */
    record Unread() implements Watching {}

    /** As many watch it as may. */
    record Full(int most) implements Watching {}

    /**
     * The watcher is told what the readers read.
     *
     * @param leave ends that; it may be run more than once
     */
    record Begun(Runnable leave) implements Watching {}
}
