package dev.culvert.daemon.fleet;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.transport.AgentAddress;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One agent of the fleet. Read and changed on any thread. */
public final class Agent {
    private final AtomicInteger turns = new AtomicInteger();
    private volatile String source;
    private volatile AgentSettings settings;
    private volatile Presence presence = Presence.unknown(Instant.now());
    private volatile @Nullable Desired desired;
    private @Nullable Desired settled;
    private long lastRevision;
    private volatile long appliedRevision;

    /**
     * @param source that brought it
     * @param kept what a client wanted before a restart; null to want what the settings say
     */
    Agent(String source, AgentSettings settings, @Nullable Desired kept) {
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

    /** The same agent at another address: nothing is known of it there but what is wanted. */
    synchronized Agent movedTo(AgentSettings next) {
        Agent moved = new Agent(source, settings, desired);
        moved.lastRevision = lastRevision;
        moved.reconfigure(next);
        return moved;
    }

    /** The name of the {@link AgentSource} that it belongs to. */
    String source() {
        return source;
    }

    void belongTo(String next) {
        source = next;
    }

    public String id() {
        return settings.id();
    }

    public String tenant() {
        return settings.tenant();
    }

    public AgentAddress address() {
        return settings.address();
    }

    public AgentSettings settings() {
        return settings;
    }

    public Presence presence() {
        return presence;
    }

    synchronized void update(UnaryOperator<Presence> change) {
        presence = change.apply(presence);
    }

    /** Null while nobody wants anything particular of it. */
    public @Nullable Desired desired() {
        return desired;
    }

    /** What is held of configurations for it: the one that is wanted, and the settled one. */
    synchronized long configBytes() {
        Desired now = desired;
        Desired before = settled;
        long bytes = now == null ? 0 : now.bytes();
        return before == null || before.equals(now) ? bytes : bytes + before.bytes();
    }

    /** Of the configuration that the agent confirmed last; 0 before the first. */
    public long appliedRevision() {
        return appliedRevision;
    }

    public void applied(long revision) {
        appliedRevision = revision;
    }

    /** What {@link #desire} would want, under a revision that no other has. */
    synchronized Desired next(String payload) {
        return new Desired(++lastRevision, payload);
    }

    /** False where something newer is wanted already, as a reload may have said meanwhile. */
    synchronized boolean desire(Desired next) {
        Desired now = desired;
        if (now != null && now.revision() > next.revision()) {
            return false;
        }
        desired = next;
        return true;
    }

    /** Wants again what was settled before; false where {@code unwanted} is not wanted any more. */
    synchronized boolean withdraw(Desired unwanted) {
        if (!unwanted.equals(desired)) {
            return false;
        }
        desired = settled;
        return true;
    }

    /** From now on this is wanted again whenever something newer is withdrawn. */
    public synchronized void settle(Desired wanted) {
        if (wanted.equals(desired)) {
            settled = wanted;
        }
    }

    /** What is wanted again once {@code wanted} is withdrawn; null where that is nothing. */
    synchronized @Nullable Desired settled() {
        return settled;
    }

    /** Takes new settings; true when they want another configuration of it. */
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
        turns.incrementAndGet();
    }

    public void turnEnded() {
        turns.decrementAndGet();
    }

    public int turns() {
        return turns.get();
    }
}
