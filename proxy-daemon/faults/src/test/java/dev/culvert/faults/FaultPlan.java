package dev.culvert.faults;

import dev.culvert.faults.Fault.OnProgram;
import dev.culvert.faults.Fault.OnWire;
import dev.culvert.testing.VmMonitor.HostSees;
import java.time.Duration;
import java.util.List;

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

    private static final Road[] VMS = {
        Road.BEFORE_MONITOR, Road.BEHIND_MONITOR, Road.JOINS_FROM_VM
    };

    /**
     * After how many bytes a fault happens.
     *
     * @param head bytes towards the agent before the first request
     * @param request the most bytes of requests after them
     * @param answerHead bytes from the agent before its first event
     * @param answer the most bytes from the agent
     */
    private record Sizes(int head, int request, int answerHead, int answer) {
        static final Sizes OF_CLIENTS = new Sizes(0, 300, 280, 16 * 1024);
        static final Sizes OF_LINKS = new Sizes(0, 1500, 280, 40 * 1024);

        /** An agent that fails in its handshake again and again comes ever later. */
        static final Sizes OF_JOINS = new Sizes(400, 1500, 1000, 40 * 1024);

        /** Mostly after the head, and sometimes in it. */
        int draw(Draw draw, boolean asks) {
            boolean late = draw.chance(80);
            return asks
                    ? draw.logBetween(late ? head : 0, head + request)
                    : draw.logBetween(late ? answerHead : 0, answer);
        }
    }

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
        boolean dialled = front || List.of(Road.values()).get(relay - FIRST_LINK).isDialled();
        boolean asks = draw.chance(25);
        Direction direction = asks == dialled ? Direction.UP : Direction.DOWN;
        Sizes sizes = front ? Sizes.OF_CLIENTS : dialled ? Sizes.OF_LINKS : Sizes.OF_JOINS;
        int after = sizes.draw(draw, asks);
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
                    new Fault.PauseGuest(after, draw.anyOf(Road.values()), millis(draw, 50, 1500));
            case 3 ->
                    new Fault.PauseGuest(
                            after, draw.anyOf(Road.values()), millis(draw, 4000, 6000));
            case 4 ->
                    new Fault.Snapshot(
                            after,
                            draw.anyOf(VMS),
                            draw.anyOf(HostSees.values()),
                            millis(draw, 5, 1000));
            default -> new Fault.Crowding(after, draw.anyOf(VMS), millis(draw, 500, 2000));
        };
    }

    private static Duration millis(Draw draw, int least, int most) {
        return Duration.ofMillis(draw.between(least, most));
    }
}
