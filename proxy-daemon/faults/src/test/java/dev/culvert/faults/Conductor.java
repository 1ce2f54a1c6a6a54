package dev.culvert.faults;

import dev.culvert.faults.Fault.OnProgram;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;

/** Plays the faults of the programs in order, each after a number of turns. */
final class Conductor implements Runnable {
    private final FaultPlan plan;
    private final DaemonProgram daemon;
    private final Map<Road, Agent> agents;
    private final Tally tally;
    private final Semaphore turns = new Semaphore(0);
    private volatile boolean spent;

    Conductor(FaultPlan plan, DaemonProgram daemon, Map<Road, Agent> agents, Tally tally) {
        this.plan = plan;
        this.daemon = daemon;
        this.agents = agents;
        this.tally = tally;
    }

    void turnBegins() {
        turns.release();
    }

    /** No more turns begin, so the rest of the plan is not played. */
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
                tally.fault("of programs and VMs", fault);
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
            case Fault.PauseGuest(_, Road road, var time) -> agent(road).pause(time);
            case Fault.Snapshot(_, Road road, var hostSees, var time) -> {
                tally.count("snapshots, by what the host sees", hostSees.name());
                agent(road).snapshot(hostSees, time);
            }
            case Fault.Crowding(_, Road road, var time) -> agent(road).crowd(time);
        }
    }

    private Agent agent(Road road) {
        return Objects.requireNonNull(agents.get(road));
    }
}
