package dev.culvert.faults;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * What all clients share.
 *
 * @param front the way to the daemon with faults
 * @param calm the way without faults, for clients that failed several times in a row: a series of
 *     faults must not take longer than the grace of a turn
 */
record Scene(Relay front, Relay calm, DaemonProgram daemon, ScriptedRuntime runtime, Tally tally) {

    /** The group that counts turns to which the client could not come back. */
    static final String LOST = "turns that clients lost";

    /** The group that counts clients with a rival, by how their own reading ended. */
    static final String TAKEN_OVER = "turns left to a rival";

    /** A reason in that group: the agent needed the room of the turn's log. */
    static final String NO_ROOM = "its log was removed to make room";

    private static final int MOST_FRUITLESS = 3;
    private static final int BACKOFF_MILLIS = 40;
    private static final int MOST_BACKOFF_MILLIS = 400;

    Endpoint way(int fruitless) throws IOException {
        return (fruitless < MOST_FRUITLESS ? front : calm).endpoint();
    }

    /** An attempt counts only while there is a daemon, which may take long to start. */
    int countedAttempts() {
        return daemon.isUp() ? 1 : 0;
    }

    /** Waits before the next attempt, as a polite client does. */
    static void backOff(int fruitless) {
        Pause.ofMillis(Math.min(MOST_BACKOFF_MILLIS, BACKOFF_MILLIS << Math.min(fruitless, 8)));
    }

    /** Whether a fault or the end of the daemon explains a broken connection of this client. */
    boolean mayBreak(SocketAddress client, int generation) {
        return front.hurt(client)
                || calm.hurt(client)
                || !daemon.isUp()
                || daemon.generation() != generation;
    }

    /** Whether this refusal means that the turn has not begun and may be asked for again. */
    boolean mayBeRepeated(HttpCall call, String code, int generation) {
        return switch (call.status()) {
            case 400 -> mayBreak(call.local(), generation);
            case 408, 429, 503 -> true;
            case 502 -> code.equals("unreachable");
            default -> false;
        };
    }
}
