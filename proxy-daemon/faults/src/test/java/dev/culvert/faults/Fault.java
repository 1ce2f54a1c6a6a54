package dev.culvert.faults;

import dev.culvert.testing.VmMonitor.HostSees;
import java.time.Duration;

/** Something that goes wrong, and when: by what has passed, not by the clock. */
sealed interface Fault {
    default String kind() {
        return getClass().getSimpleName();
    }

    /** On one connection, once so many bytes have passed in a direction since it was armed. */
    sealed interface OnWire extends Fault {
        Direction direction();

        int afterBytes();

        /** Whether who is connected may lose the connection by it, or give it up. */
        default boolean breaks() {
            return switch (this) {
                case Delay _, Throttle _, Split _ -> false;
                case Silence _, Deafness _, HalfClose _, Reset _ -> true;
            };
        }
    }

    /** Nothing passes in the direction for a while. */
    record Delay(Direction direction, int afterBytes, Duration time) implements OnWire {}

    /** The next bytes pass slowly. */
    record Throttle(Direction direction, int afterBytes, int bytes, int bytesPerSecond)
            implements OnWire {}

    /** The next bytes pass in odd pieces. */
    record Split(Direction direction, int afterBytes, int bytes, int largestPiece)
            implements OnWire {}

    /** Nothing passes in either direction for a while; then all of it does. */
    record Silence(Direction direction, int afterBytes, Duration time) implements OnWire {}

    /**
     * Nothing passes in either direction any more, until one side gives up. The other side hears of
     * that a while later.
     *
     * @param atMost after which the connection is cut if nobody gave it up
     */
    record Deafness(Direction direction, int afterBytes, Duration atMost, Duration echo)
            implements OnWire {}

    /** The direction ends in order; the other goes on. */
    record HalfClose(Direction direction, int afterBytes) implements OnWire {}

    /** Both sides are reset, and what was on its way is lost. */
    record Reset(Direction direction, int afterBytes) implements OnWire {}

    /** On a program, once so many turns have begun since the one before. */
    sealed interface OnProgram extends Fault {
        int afterTurns();
    }

    /** kill -9, and a new daemon at once. */
    record KillDaemon(int afterTurns) implements OnProgram {}

    /** SIGTERM, and a new daemon once it has ended. */
    record StopDaemon(int afterTurns) implements OnProgram {}

    /** SIGSTOP, and SIGCONT after a while. */
    record PauseGuest(int afterTurns, Road road, Duration time) implements OnProgram {}

    /** The same, and all connections of the VM are reset meanwhile. */
    record Snapshot(int afterTurns, Road road, HostSees hostSees, Duration time)
            implements OnProgram {}

    /** The VM has no connection left for a while. */
    record Crowding(int afterTurns, Road road, Duration time) implements OnProgram {}
}
