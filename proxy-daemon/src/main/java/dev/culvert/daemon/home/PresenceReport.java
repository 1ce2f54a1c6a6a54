package dev.culvert.daemon.home;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Presence;
import dev.culvert.daemon.fleet.Quiesced;
import dev.culvert.link.Heartbeat;
import io.netty.util.concurrent.Future;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Reports the state, the conditions and the confirmed configuration of one agent: in the fleet at
 * once, to listeners and the log at a limited rate. The first change after a quiet time is told at
 * once, then the last one of each {@code home.change_interval}. That it is busy, or no more, is
 * told at most once a second, however many turns come and go. Confined to the home link's event
 * loop.
 */
final class PresenceReport {
    private static final long BUSY_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final Agent agent;
    private final HomeLoop home;
    private final RepeatedLines log;
    private Presence told;
    private boolean toldBusy;

    /** Whether it will look whether the agent is busy, so that nobody has to ask for that. */
    private final AtomicBoolean looksAtBusy = new AtomicBoolean();

    private long toldRevision;
    private long toldNanos;
    private @Nullable Future<?> later;
    private boolean stopped;

    PresenceReport(Agent agent, HomeLoop home) {
        this.agent = agent;
        this.home = home;
        log = new RepeatedLines(LoggerFactory.getLogger(HomeLink.class), home.loop());
        told = agent.presence();
        toldNanos = home.nanoTime() - Math.max(interval(), BUSY_INTERVAL);
        agent.whenBusyChanges(this::onBusyChanged);
    }

    /** Ends all reports. */
    void stop() {
        stopped = true;
        agent.whenBusyChanges(null);
        if (later != null) {
            later.cancel(false);
        }
    }

    void heard(Heartbeat said) {
        update(presence -> presence.heard(said, Instant.now()));
        tell();
    }

    void is(AgentState state) {
        update(presence -> presence.in(state, Instant.now()));
        tell();
    }

    /** Null when the agent is quiesced no longer. */
    void quiesced(@Nullable Quiesced now) {
        if (!stopped) {
            agent.quiesce(now);
            tell();
        }
    }

    void unreachable(String reason) {
        update(presence -> presence.failed(reason).in(AgentState.UNREACHABLE, Instant.now()));
        tell();
    }

    /** The agent did not confirm a configuration. */
    void refused(long revision, String reason) {
        String sentence = "it did not confirm configuration " + revision + ": " + reason;
        log.warn("refused", "agent " + agent.id() + ": " + sentence);
        update(presence -> presence.failed(sentence));
    }

    private void update(UnaryOperator<Presence> change) {
        if (!stopped) {
            home.fleet().update(agent, change);
        }
    }

    /** Called on any thread. Turns that come and go all the time cost a look at a flag. */
    private void onBusyChanged() {
        if (!looksAtBusy.get() && looksAtBusy.compareAndSet(false, true)) {
            home.loop().execute(this::lookAtBusy);
        }
    }

    private void lookAtBusy() {
        long wait = toldNanos + BUSY_INTERVAL - home.nanoTime();
        if (wait > 0) {
            home.schedule(this::tellBusy, wait);
        } else {
            tellBusy();
        }
    }

    private void tellBusy() {
        looksAtBusy.set(false);
        tell();
    }

    private void tell() {
        Presence now = agent.presence();
        if (stopped || later != null || isTold(now)) {
            return;
        }
        long wait = toldNanos + interval() - home.nanoTime();
        if (wait > 0) {
            later = home.schedule(this::tellLater, wait);
            return;
        }
        Presence before = told;
        told = now;
        toldBusy = agent.isBusy();
        toldRevision = agent.appliedRevision();
        toldNanos = home.nanoTime();
        if (isSameState(now, before)) {
            home.fleet().tellConditions(agent);
        } else {
            home.fleet().tellChanged(agent);
            write(now);
        }
        if (now.isDegraded() != before.isDegraded()) {
            writeRuntime(now);
        }
    }

    private void tellLater() {
        later = null;
        tell();
    }

    private boolean isTold(Presence now) {
        return isSameState(now, told)
                && now.isDegraded() == told.isDegraded()
                && agent.isBusy() == toldBusy
                && agent.appliedRevision() == toldRevision
                && isSameTrouble(now);
    }

    /** Why an agent is not reached may differ at each attempt, and is told with the first one. */
    private boolean isSameTrouble(Presence now) {
        return now.state() == AgentState.UNREACHABLE
                || Objects.equals(now.lastError(), told.lastError());
    }

    private static boolean isSameState(Presence one, Presence other) {
        return one.state() == other.state() && one.since().equals(other.since());
    }

    private void writeRuntime(Presence now) {
        String name = "agent " + agent.id();
        if (now.isDegraded()) {
            log.warn("degraded", name + " cannot reach its runtime: " + now.said().runtimeError());
        } else if (now.state() != AgentState.UNREACHABLE) {
            log.info("not degraded", name + " reaches its runtime again");
        }
    }

    private void write(Presence now) {
        String name = "agent " + agent.id();
        switch (now.state()) {
            case CONNECTING -> {}
            case READY -> log.info("ready", name + " is ready");
            case DRAINING -> log.info("draining", name + " is draining");
            case QUIESCED ->
                    log.info(
                            "quiesced",
                            name + " is quiesced: it takes no new turns, and its turns are parked");
            case UNREACHABLE ->
                    log.warn("unreachable", name + " is unreachable: " + now.lastError());
        }
    }

    private long interval() {
        return home.settings().changeInterval().toNanos();
    }
}
