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
    private volatile AgentSettings settings;
    private volatile Presence presence = Presence.unknown(Instant.now());
    private volatile @Nullable Desired desired;
    private volatile long appliedRevision;

    /**
     * @param kept what a client wanted before a restart; null to want what the settings say
     */
    Agent(AgentSettings settings, @Nullable Desired kept) {
        this.settings = settings;
        if (kept != null) {
            desired = kept;
        } else if (wantsAny(settings)) {
            desired = new Desired(1, ConfigUpdate.payload(settings));
        }
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

    /** True when the state changed by it. */
    synchronized boolean update(UnaryOperator<Presence> change) {
        Presence before = presence;
        presence = change.apply(before);
        return before.state() != presence.state();
    }

    /** Null while nobody wants anything particular of it. */
    public @Nullable Desired desired() {
        return desired;
    }

    /** Of the configuration that the agent confirmed last; 0 before the first. */
    public long appliedRevision() {
        return appliedRevision;
    }

    public void applied(long revision) {
        appliedRevision = revision;
    }

    synchronized Desired desire(String payload) {
        Desired before = desired;
        Desired next = new Desired(before == null ? 1 : before.revision() + 1, payload);
        desired = next;
        return next;
    }

    synchronized boolean withdraw(Desired wanted, @Nullable Desired before) {
        boolean isWanted = wanted.equals(desired);
        if (isWanted) {
            desired = before;
        }
        return isWanted;
    }

    /** Takes new settings; true when they want another configuration of it. */
    synchronized boolean reconfigure(AgentSettings next) {
        boolean another =
                !next.config().equals(settings.config())
                        || !next.toolAllowlist().equals(settings.toolAllowlist());
        settings = next;
        if (another) {
            desire(ConfigUpdate.payload(next));
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
