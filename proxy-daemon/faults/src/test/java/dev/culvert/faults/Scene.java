package dev.culvert.faults;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * What all clients share.
 *
 * @param front the way to the daemon on which faults happen
 * @param calm the way without any, for who had bad luck too often: so no chain of faults outlasts
 *     the grace for which a turn is kept
 */
record Scene(Relay front, Relay calm, DaemonProgram daemon, ScriptedRuntime runtime, Tally tally) {

    /** The group in which turns are counted that a client could not come back to. */
    static final String LOST = "turns that could not be come back to";

    /** The group in which clients are counted whose turn a rival came for, by how that ended. */
    static final String TAKEN_OVER = "turns left to a rival";

    /** Why some of them are: of all agents, the one with most to keep had not room for it. */
    static final String NO_ROOM = "its log had to make room";

    private static final int MOST_FRUITLESS = 3;
    private static final int BACKOFF_MILLIS = 40;
    private static final int MOST_BACKOFF_MILLIS = 400;

    Endpoint way(int fruitless) throws IOException {
        return (fruitless < MOST_FRUITLESS ? front : calm).endpoint();
    }

    /** Waits as a client that means well does before it tries again. */
    static void backOff(int fruitless) {
        Pause.ofMillis(Math.min(MOST_BACKOFF_MILLIS, BACKOFF_MILLIS << Math.min(fruitless, 8)));
    }

    /** Whether a connection of this client that began under this daemon had reason to break. */
    boolean mayBreak(SocketAddress client, int generation) {
        return front.hurt(client)
                || calm.hurt(client)
                || !daemon.isUp()
                || daemon.generation() != generation;
    }

    /** What a refusal may be, when what was asked for has not begun and may be asked for again. */
    boolean mayBeRepeated(HttpCall call, String code, int generation) {
        return switch (call.status()) {
            case 400 -> mayBreak(call.local(), generation);
            case 408, 429, 503 -> true;
            case 502 -> code.equals("unreachable");
            default -> false;
        };
    }
}
