package dev.culvert.faults;

import dev.culvert.testing.VmMonitor.HostSees;
import java.time.Duration;

/** Something that goes wrong, and when. Bytes and turns decide when, not the clock. */
sealed interface Fault {
    default String kind() {
        return getClass().getSimpleName();
    }

    /**
     * A fault of one connection. It happens after a number of bytes in its direction since it was
     * armed.
     */
    sealed interface OnWire extends Fault {
        Direction direction();

        int afterBytes();

        /** Whether either side may lose the connection, or give it up. */
        default boolean breaks() {
            return switch (this) {
                case Delay _, Throttle _, Split _ -> false;
                case Silence _, Deafness _, HalfClose _, Reset _ -> true;
            };
        }
    }

    /** Nothing passes in this direction for a while. */
    record Delay(Direction direction, int afterBytes, Duration time) implements OnWire {}

    /** The next bytes pass slowly. */
    record Throttle(Direction direction, int afterBytes, int bytes, int bytesPerSecond)
            implements OnWire {}

    /** The next bytes pass in small pieces. */
    record Split(Direction direction, int afterBytes, int bytes, int largestPiece)
            implements OnWire {}

    /** Nothing passes in either direction for a while; then everything does. */
    record Silence(Direction direction, int afterBytes, Duration time) implements OnWire {}

    /**
     * Nothing passes in either direction until one side gives up. The other side notices a while
     * later.
     *
     * @param atMost when the connection is cut if nobody gives it up
     * @param echo how much later the other side notices
     */
    record Deafness(Direction direction, int afterBytes, Duration atMost, Duration echo)
            implements OnWire {}

    /** This direction ends in order; the other continues. */
    record HalfClose(Direction direction, int afterBytes) implements OnWire {}

    /** Both sides are reset. Bytes on their way are lost. */
    record Reset(Direction direction, int afterBytes) implements OnWire {}

    /** A fault of a program. It happens after a number of turns since the one before. */
    sealed interface OnProgram extends Fault {
        int afterTurns();
    }

    /** SIGKILL, and a new daemon at once. */
    record KillDaemon(int afterTurns) implements OnProgram {}

    /** SIGTERM, and a new daemon after the old one has ended. */
    record StopDaemon(int afterTurns) implements OnProgram {}

    /** SIGSTOP, and SIGCONT after a while. */
    record PauseGuest(int afterTurns, Road road, Duration time) implements OnProgram {}

    /** The same, with a snapshot that ends all connections of the VM. */
    record Snapshot(int afterTurns, Road road, HostSees hostSees, Duration time)
            implements OnProgram {}

    /** The VM accepts no more connections for a while. */
    record Crowding(int afterTurns, Road road, Duration time) implements OnProgram {}
}
