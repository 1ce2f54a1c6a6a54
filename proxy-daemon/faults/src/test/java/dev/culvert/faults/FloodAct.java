package dev.culvert.faults;

import java.io.IOException;
import java.time.Duration;

/**
 * Compares the pace of an honest agent beside a guest that floods the daemon with its pace beside
 * one that floods a sink.
 */
/* Both take turns, so that other work of the machine affects both alike. The flood into the sink has the pace that the flood into the daemon had just before, so it costs the machine the same. The rest of the difference is the daemon's. */
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
     * @param flooder id of the flooding agent
     * @param frame the frame that it repeats
     */
    void play(String flooder, String frame) throws IOException {
        try (Flood flood = new Flood(Habits.block(frame));
                Probe probe = new Probe(daemon, waits);
                Neighbours neighbours = new Neighbours(daemon, HostileStage.HONEST.getFirst())) {
            neighbours.pace(slice.multipliedBy(5)); // until hot code is compiled
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
            if (!(ratios.median() >= BOUND)) { // it is NaN if neither had any pace
                act.violation(
                        "beside %s a neighbour kept %.3f of its pace", flooder, ratios.median());
            }
            if (neighbours.failed() > 0) {
                act.violation("%d requests of a neighbour failed", neighbours.failed());
            }
        }
    }
}
