package dev.culvert.faults;

import dev.culvert.faults.Fault.OnProgram;
import dev.culvert.faults.Fault.OnWire;
import dev.culvert.testing.VmMonitor.HostSees;
import java.time.Duration;

/**
 * The faults of a run: an endless sequence for each relay and one for the programs, of which a
 * number is played. A pure function of its parameters.
 *
 * @param faults how many are played in total
 */
record FaultPlan(long seed, int faults) {
    /** Numbers of relays: one in front of the daemon, one on each road. */
    static final int FRONT = 0;

    static final int FIRST_LINK = 1;
    static final int LINKS = Road.values().length;
    private static final int PROGRAMS = 100;

    private static final int FRONT_PERCENT = 45;
    private static final int PROGRAM_PERCENT = 10;

    private static final Road[] VMS = {Road.BEFORE_MONITOR, Road.BEHIND_MONITOR};

    /** The size of a request; the next is the size of an answer before its first event. */
    private static final int REQUEST_BYTES = 300;

    private static final int HEAD_BYTES = 280;

    private static final int ANSWER_BYTES = 16 * 1024;
    private static final int LINK_UP_BYTES = 1500;
    private static final int LINK_DOWN_BYTES = 40 * 1024;

    int quota(int relay) {
        int front = faults * FRONT_PERCENT / 100;
        if (relay == FRONT) {
            return front;
        }
        int links = faults - front - programQuota();
        return (links + relay - FIRST_LINK) / LINKS;
    }

    int programQuota() {
        return faults * PROGRAM_PERCENT / 100;
    }

    OnWire onWire(int relay, long index) {
        Draw draw = Draw.of(seed, relay, index);
        boolean front = relay == FRONT;
        Direction direction = draw.chance(25) ? Direction.UP : Direction.DOWN;
        int least = direction == Direction.DOWN && draw.chance(80) ? HEAD_BYTES : 0;
        int most =
                switch (direction) {
                    case UP -> front ? REQUEST_BYTES : LINK_UP_BYTES;
                    case DOWN -> front ? ANSWER_BYTES : LINK_DOWN_BYTES;
                };
        int after = draw.logBetween(least, most);
        return switch (draw.weighted(15, 15, 15, 10, 7, 11, 27)) {
            case 0 -> new Fault.Delay(direction, after, millis(draw, 5, 300));
            case 1 ->
                    new Fault.Throttle(
                            direction,
                            after,
                            draw.logBetween(500, 30_000),
                            draw.between(20_000, 200_000));
            case 2 ->
                    new Fault.Split(
                            direction, after, draw.logBetween(100, 6_000), draw.between(1, 37));
            case 3 -> new Fault.Silence(direction, after, millis(draw, 100, 1500));
            case 4 ->
                    new Fault.Deafness(
                            direction,
                            after,
                            front ? Duration.ofSeconds(5) : Duration.ofSeconds(20),
                            millis(draw, 0, 1000));
            case 5 -> new Fault.HalfClose(direction, after);
            default -> new Fault.Reset(direction, after);
        };
    }

    OnProgram onProgram(long index) {
        Draw draw = Draw.of(seed, PROGRAMS, index);
        int after = draw.between(8, 24);
        return switch (draw.weighted(22, 13, 27, 8, 22, 8)) {
            case 0 -> new Fault.KillDaemon(after);
            case 1 -> new Fault.StopDaemon(after);
            case 2 ->
                    new Fault.PauseGuest(after, anyOf(draw, Road.values()), millis(draw, 50, 1500));
            case 3 ->
                    new Fault.PauseGuest(
                            after, anyOf(draw, Road.values()), millis(draw, 4000, 6000));
            case 4 ->
                    new Fault.Snapshot(
                            after,
                            anyOf(draw, VMS),
                            anyOf(draw, HostSees.values()),
                            millis(draw, 5, 1000));
            default -> new Fault.Crowding(after, anyOf(draw, VMS), millis(draw, 500, 2000));
        };
    }

    private static <T> T anyOf(Draw draw, T[] choices) {
        return choices[draw.between(0, choices.length - 1)];
    }

    private static Duration millis(Draw draw, int least, int most) {
        return Duration.ofMillis(draw.between(least, most));
    }
}
