package dev.culvert.faults;

import java.io.IOException;
import java.time.Duration;

/** How fast an honest agent is beside a guest that floods, and beside one that floods a sink. */
/*
 * Both take turns, so that whatever else the machine does hits both alike, and the flood costs the machine
 * the same in both: its pace into the sink is what it had into the daemon just before. What is left is what
 * the daemon makes of it.
 */
final class FloodAct {
    private static final double BOUND = 0.9;
    private static final int MOST_PAIRS = 30;

    private final Act act;
    private final Endpoint daemon;
    private final LoopWaits waits;
    private final Duration slice;

    FloodAct(Act act, DaemonProgram daemon, Duration slice) throws IOException {
        this.act = act;
        this.daemon = daemon.endpoint();
        waits = new LoopWaits(daemon.pid());
        this.slice = slice;
    }

    /**
     * @param flooder its agent's id
     * @param frame of which the flood is, again and again
     */
    void play(String flooder, String frame) throws IOException {
        try (Flood flood = new Flood(Habits.block(frame));
                Probe probe = new Probe(daemon, waits);
                Neighbours neighbours = new Neighbours(daemon, HostileStage.HONEST.getFirst())) {
            neighbours.pace(slice.multipliedBy(5)); // until what is hot is compiled
            act.enter(flooder, flood.habit());
            long began = System.nanoTime();
            Ratios ratios = new Ratios(BOUND);
            double flooded = 0;
            while (ratios.count() < MOST_PAIRS && !ratios.isDecided()) {
                flood.intoTheDaemon();
                long before = flood.bytes();
                double beside = neighbours.pace(slice);
                flooded = (flood.bytes() - before) / (slice.toNanos() / 1e9);
                flood.intoTheSink(flooded);
                ratios.add(beside / neighbours.pace(slice));
            }
            act.judge(probe.seen(began, System.nanoTime()));
            act.figure(
                    "beside %s at %.1f MB/s a neighbour had of its pace: %s",
                    flooder, flooded / 1e6, ratios);
            if (!(ratios.median() >= BOUND)) { // nor is it a number where neither had any pace
                act.violation(
                        "beside %s a neighbour kept %.3f of its pace", flooder, ratios.median());
            }
            if (neighbours.failed() > 0) {
                act.violation("%d requests of a neighbour failed", neighbours.failed());
            }
        }
    }
}
