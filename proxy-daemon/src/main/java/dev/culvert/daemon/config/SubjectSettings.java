package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The section {@code subjects}.
 *
 * @param maxDataBytes of one message
 * @param maxSubscribers who follow subjects, clients and agents of all tenants together
 * @param maxAgentSubscriptions of one agent at once
 * @param maxQueued messages that wait for one subscriber; it misses those beyond
 * @param maxQueuedBytes of these messages
 * @param maxWaiting requests of agents that wait for a reply, of all agents together
 * @param timeout how long a reply may take
 */
public record SubjectSettings(
        int maxDataBytes,
        int maxSubscribers,
        int maxAgentSubscriptions,
        int maxQueued,
        int maxQueuedBytes,
        int maxWaiting,
        Duration timeout) {
    public static final SubjectSettings DEFAULTS =
            new SubjectSettings(
                    256 * 1024, 1_000, 64, 256, 1024 * 1024, 1_000, Duration.ofSeconds(30));

    /** So that data, escaped, and what surrounds it fit a frame. */
    private static final int MOST_DATA_BYTES = 2 * 1024 * 1024;

    public SubjectSettings {
        Check.bytesBetween("max_data_bytes", maxDataBytes, 1, MOST_DATA_BYTES);
        Check.atLeast("max_subscribers", maxSubscribers, 0);
        Check.atLeast("max_agent_subscriptions", maxAgentSubscriptions, 0);
        Check.atLeast("max_queued", maxQueued, 1);
        Check.atLeast("max_queued_bytes", maxQueuedBytes, 1);
        Check.atLeast("max_waiting", maxWaiting, 0);
        Check.positive("timeout", timeout);
    }

    static SubjectSettings read(Section in) {
        return new SubjectSettings(
                in.get("max_data_bytes", Kind.BYTES, DEFAULTS.maxDataBytes),
                in.get("max_subscribers", Kind.INT, DEFAULTS.maxSubscribers),
                in.get("max_agent_subscriptions", Kind.INT, DEFAULTS.maxAgentSubscriptions),
                in.get("max_queued", Kind.INT, DEFAULTS.maxQueued),
                in.get("max_queued_bytes", Kind.BYTES, DEFAULTS.maxQueuedBytes),
                in.get("max_waiting", Kind.INT, DEFAULTS.maxWaiting),
                in.get("timeout", Kind.DURATION, DEFAULTS.timeout));
    }
}
