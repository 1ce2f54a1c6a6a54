package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The section {@code approvals}.
 *
 * @param maxPending calls that wait for a decision, of all agents together
 * @param maxPendingTenant of one tenant
 * @param maxPendingAgent of one agent
 * @param maxKeptAgent approvals of one agent whose time is not over, decided or not
 * @param maxKeptBytes that all approvals take
 * @param maxArgumentsBytes of one call
 * @param maxWait after which an approval expires, even if its agent would wait longer
 * @param keep how long one is listed after it has expired
 */
public record ApprovalSettings(
        int maxPending,
        int maxPendingTenant,
        int maxPendingAgent,
        int maxKeptAgent,
        int maxKeptBytes,
        int maxArgumentsBytes,
        Duration maxWait,
        Duration keep) {
    public static final ApprovalSettings DEFAULTS =
            new ApprovalSettings(
                    1_000,
                    200,
                    16,
                    256,
                    32 * 1024 * 1024,
                    64 * 1024,
                    Duration.ofDays(7),
                    Duration.ofDays(1));

    /** So that it fits a frame with what surrounds it. */
    private static final int MOST_ARGUMENTS_BYTES = 2 * 1024 * 1024;

    public ApprovalSettings {
        Check.atLeast("max_pending", maxPending, 0);
        Check.atLeast("max_pending_tenant", maxPendingTenant, 0);
        Check.atLeast("max_pending_agent", maxPendingAgent, 0);
        Check.atLeast("max_kept_agent", maxKeptAgent, 1);
        Check.atLeast("max_kept_bytes", maxKeptBytes, 1);
        Check.bytesBetween("max_arguments_bytes", maxArgumentsBytes, 2, MOST_ARGUMENTS_BYTES);
        Check.positive("max_wait", maxWait);
        Check.notNegative("keep", keep);
    }

    static ApprovalSettings read(Section in) {
        return new ApprovalSettings(
                in.get("max_pending", Kind.INT, DEFAULTS.maxPending),
                in.get("max_pending_tenant", Kind.INT, DEFAULTS.maxPendingTenant),
                in.get("max_pending_agent", Kind.INT, DEFAULTS.maxPendingAgent),
                in.get("max_kept_agent", Kind.INT, DEFAULTS.maxKeptAgent),
                in.get("max_kept_bytes", Kind.BYTES, DEFAULTS.maxKeptBytes),
                in.get("max_arguments_bytes", Kind.BYTES, DEFAULTS.maxArgumentsBytes),
                in.get("max_wait", Kind.DURATION, DEFAULTS.maxWait),
                in.get("keep", Kind.DURATION, DEFAULTS.keep));
    }
}
