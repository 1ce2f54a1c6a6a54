package dev.culvert.daemon.faults;

import dev.culvert.daemon.faults.Fault.OnProgram;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Plays the faults of the programs, one after the other, each once so many turns have begun. */
final class Conductor implements Runnable {
    private final FaultPlan plan;
    private final DaemonProgram daemon;
    private final List<Program> guests;
    private final Tally tally;
    private final Semaphore turns = new Semaphore(0);
    private volatile boolean spent;

    Conductor(FaultPlan plan, DaemonProgram daemon, List<Program> guests, Tally tally) {
        this.plan = plan;
        this.daemon = daemon;
        this.guests = guests;
        this.tally = tally;
    }

    void turnBegins() {
        turns.release();
    }

    /** No turn begins any more: what is left of the plan is not played. */
    void stop() {
        spent = true;
        turns.release(Integer.MAX_VALUE / 2);
    }

    boolean isSpent() {
        return spent;
    }

    @Override
    public void run() {
        try {
            for (int i = 0; i < plan.programQuota() && !spent; i++) {
                OnProgram fault = plan.onProgram(i);
                turns.acquire(fault.afterTurns());
                tally.count("faults", fault.kind());
                play(fault);
            }
        } catch (IOException | AssertionError e) {
            tally.violation("a program failed: " + e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            spent = true;
        }
    }

    private void play(OnProgram fault) throws IOException {
        switch (fault) {
            case Fault.KillDaemon _ -> daemon.kill();
            case Fault.StopDaemon _ -> daemon.restart();
            case Fault.PauseGuest(_, int guest, var time) -> {
                guests.get(guest).signal("STOP");
                try {
                    Pause.of(time);
                } finally {
                    guests.get(guest).signal("CONT");
                }
            }
        }
    }
}
