package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.road.Road;
import dev.culvert.transport.AgentAddress;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One agent of the fleet. Read and changed on any thread. */
/* Over 300 lines, because it is a list of what is known of an agent, and the parts of it that change together have one lock. */
public final class Agent {
    private final Road road;
    private final AgentWork work = new AgentWork();
    private volatile String source;
    private volatile AgentSettings settings;
    private volatile @Nullable AgentSettings hidden;
    private Presence presence = Presence.unknown(Instant.now());
    private volatile Presence shown = presence;
    private volatile @Nullable Instant drainedSince;
    private volatile String whyGone = "the agent was removed";
    private volatile @Nullable Quiesced quiesced;
    private volatile @Nullable Enrolled enrolled;
    private volatile @Nullable Desired desired;
    private @Nullable Desired settled;
    private long lastRevision;
    private volatile @Nullable Desired applied;
    private volatile boolean refuses;
    private volatile @Nullable Runnable whenBusyChanges;

    /**
     * @param source the one that brought it
     * @param kept the configuration that a client set before a restart; null to take that of the
     *     settings
     */
    Agent(String source, AgentSettings settings, Road road, @Nullable Desired kept) {
        this.road = road;
        this.source = source;
        this.settings = settings;
        if (kept != null) {
            desired = kept;
        } else if (wantsAny(settings)) {
            desired = new Desired(1, ConfigUpdate.payload(settings));
        }
        settled = desired;
        lastRevision = desired == null ? 0 : desired.revision();
    }

    /** The same agent at another address. It keeps its desired configuration and nothing else. */
    synchronized Agent movedTo(AgentSettings next, Road nextRoad) {
        Agent moved = new Agent(source, settings, nextRoad, desired);
        moved.lastRevision = lastRevision;
        moved.reconfigure(next);
        return moved;
    }

    /** The name of the {@link AgentSource} that it belongs to. */
    public String source() {
        return source;
    }

    void belongTo(String next) {
        source = next;
        hidden = null;
    }

    /** Another source has the same id with other values, which do not apply. */
    void hides(AgentSettings other) {
        hidden = other;
    }

    @Nullable AgentSettings hidden() {
        return hidden;
    }

    /** That another source names it too, with what to do; null if none does. */
    public @Nullable String conflict() {
        AgentSettings other = hidden;
        return other == null
                ? null
                : "%s, and a client added it as %s, which does not apply; remove one of the two: culvert agents remove %s forgets what the client added, and a reload brings back what is in the settings"
                        .formatted(
                                source.equals(AgentSource.FILE)
                                        ? "the settings name it"
                                        : "it has enrolled",
                                other,
                                id());
    }

    public String id() {
        return settings.id();
    }

    public String tenant() {
        return settings.tenant();
    }

    /** How it is reached; an agent that moves to another address is another object. */
    public Road road() {
        return road;
    }

    AgentAddress address() {
        return settings.address();
    }

    /** It is about to leave the fleet, for that reason. */
    void leaves(String reason) {
        whyGone = reason;
    }

    /** Why it has left the fleet, if it has. */
    public String whyGone() {
        return whyGone;
    }

    public AgentSettings settings() {
        return settings;
    }

    /** What everybody sees: an agent that is drained or quiesced is not ready. */
    public Presence presence() {
        return shown;
    }

    /**
     * What is true beside the state: nothing of an agent that is not reached. A turn that another
     * host has with it counts, too, as of its last heartbeat.
     */
    public Set<Condition> conditions() {
        Presence now = shown;
        EnumSet<Condition> all = EnumSet.noneOf(Condition.class);
        if (isBusy()) {
            all.add(Condition.BUSY);
        }
        if (now.isDegraded()) {
            all.add(Condition.DEGRADED);
        }
        return all;
    }

    /**
     * Whether it answers, and works on turns. What a heartbeat counted before the last turn ended
     * here included that turn, so only a later one counts.
     */
    public boolean isBusy() {
        Presence now = shown;
        return now.state() != AgentState.UNREACHABLE
                && (turns() > 0
                        || (now.said().inFlight() > 0 && now.wasHeardAfter(work.latestMillis())));
    }

    /**
     * Runs {@code action} when the first turn begins here, and when the last one ends: on the
     * thread that does so, so it must be short. Replaces the last such action; null for none.
     */
    public void whenBusyChanges(@Nullable Runnable action) {
        whenBusyChanges = action;
    }

    synchronized void update(UnaryOperator<Presence> change) {
        presence = change.apply(presence);
        show();
    }

    private void show() {
        Quiesced parked = quiesced;
        Instant since = drainedSince;
        if (parked != null) {
            shown = presence.shownAs(AgentState.QUIESCED, parked.since());
        } else {
            shown = since == null ? presence : presence.shownAs(AgentState.DRAINING, since);
        }
    }

    /** That it is quiesced, as far as this daemon knows, also while it is away; else null. */
    public @Nullable Quiesced quiesced() {
        return quiesced;
    }

    /** Whether it is quiesced, and not for longer than it may be. */
    public boolean isQuiesced() {
        Quiesced now = quiesced;
        return now != null && Instant.now().isBefore(now.until());
    }

    /** That it is quiesced from now on; null that it is so no longer. */
    public synchronized void quiesce(@Nullable Quiesced now) {
        quiesced = now;
        show();
    }

    /** Since when an operator drains it; null if none does. */
    public @Nullable Instant drainedSince() {
        return drainedSince;
    }

    /** Begins or ends a drain; false if nothing changes. */
    synchronized boolean drain(boolean on) {
        if (on == (drainedSince != null)) {
            return false;
        }
        drainedSince = on ? Instant.now() : null;
        show();
        return true;
    }

    /** Its identity; null if the daemon dials it. */
    public @Nullable Enrolled enrolled() {
        return enrolled;
    }

    public void enrolled(Enrolled now) {
        enrolled = now;
    }

    /** Its desired configuration; null while nobody has set one. */
    public @Nullable Desired desired() {
        return desired;
    }

    /** The bytes of its desired configuration, and of the settled and applied ones that differ. */
    synchronized long configBytes() {
        Desired now = desired;
        Desired before = settled;
        Desired there = applied;
        long bytes = now == null ? 0 : now.bytes();
        if (before != null && !before.equals(now)) {
            bytes += before.bytes();
        }
        return there == null || there.equals(now) || there.equals(before)
                ? bytes
                : bytes + there.bytes();
    }

    /** The revision that the agent confirmed last; 0 before the first. */
    public long appliedRevision() {
        Desired there = applied;
        return there == null ? 0 : there.revision();
    }

    /** The configuration that the agent confirmed last; null before the first. */
    public @Nullable Desired applied() {
        return applied;
    }

    public void applied(Desired confirmed) {
        applied = confirmed;
    }

    /** Whether it has not taken what it was given last: its configuration, or policies. */
    public void refuses(boolean now) {
        refuses = now;
    }

    /** Whether it has not confirmed the configuration and the policies that it should have. */
    public boolean drifts() {
        Desired wanted = desired;
        return refuses || (wanted != null && wanted.revision() != appliedRevision());
    }

    /** A configuration for {@link #desire}, with a new revision. */
    synchronized Desired next(String payload) {
        return new Desired(++lastRevision, payload);
    }

    /** False if a newer configuration is desired already, as after a reload. */
    synchronized boolean desire(Desired next) {
        Desired now = desired;
        if (now != null && now.revision() > next.revision()) {
            return false;
        }
        desired = next;
        return true;
    }

    /** Returns to the settled configuration; false if {@code unwanted} is no longer desired. */
    synchronized boolean withdraw(Desired unwanted) {
        if (!unwanted.equals(desired)) {
            return false;
        }
        desired = settled;
        return true;
    }

    /** Makes this the configuration to which {@link #withdraw} returns. */
    public synchronized void settle(Desired wanted) {
        if (wanted.equals(desired)) {
            settled = wanted;
        }
    }

    /** The configuration to which {@link #withdraw} returns; null if there is none. */
    synchronized @Nullable Desired settled() {
        return settled;
    }

    /** Takes new settings; true if they contain another configuration. */
    synchronized boolean reconfigure(AgentSettings next) {
        boolean another =
                !next.config().equals(settings.config())
                        || !next.toolAllowlist().equals(settings.toolAllowlist());
        settings = next;
        if (another) {
            desired = next(ConfigUpdate.payload(next));
            settled = desired;
        }
        return another;
    }

    private static boolean wantsAny(AgentSettings settings) {
        return settings.config().isPresent() || !settings.toolAllowlist().isEmpty();
    }

    public void turnBegan() {
        if (work.began() == 1) {
            tellBusy();
        }
    }

    /**
     * A reading of a turn ended.
     *
     * @param begun whether it began the turn
     * @param bytes of payload that its client got
     */
    public void turnEnded(boolean begun, long bytes) {
        if (work.ended(begun, bytes) == 0) {
            tellBusy();
        }
    }

    private void tellBusy() {
        Runnable action = whenBusyChanges;
        if (action != null) {
            action.run();
        }
    }

    public int turns() {
        return work.underWay();
    }

    public AgentWork work() {
        return work;
    }
}
