package dev.culvert.guest.config;

import dev.culvert.about.Check;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;

/**
 * The calls of tools about which somebody at the host decides.
 *
 * @param timeout after which a call counts as denied
 * @param maxWaiting how many calls may wait
 * @param bytes of the turns that wait, in memory and in the state directory
 */
public record ApprovalSettings(Duration timeout, int maxWaiting, int bytes) {
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofHours(24);

    public static final ApprovalSettings DEFAULTS =
            new ApprovalSettings(Duration.ofMinutes(15), 16, 16 << 20);

    public ApprovalSettings {
        Check.that(
                timeout.compareTo(LEAST) >= 0 && timeout.compareTo(MOST) <= 0,
                "approval_timeout",
                Units.text(timeout),
                "it must be from 1s to 24h");
        Check.between("max_approvals", maxWaiting, 1, 1_000);
        Check.bytesBetween("approval_bytes", bytes, 64 << 10, 1 << 30);
    }

    static ApprovalSettings read(Section in) {
        return new ApprovalSettings(
                in.get("approval_timeout", Kind.DURATION, DEFAULTS.timeout),
                in.get("max_approvals", Kind.INT, DEFAULTS.maxWaiting),
                in.get("approval_bytes", Kind.BYTES, DEFAULTS.bytes));
    }
}
