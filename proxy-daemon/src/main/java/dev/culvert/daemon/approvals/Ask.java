package dev.culvert.daemon.approvals;

import java.time.Instant;

/**
 * What an {@code approve} of a guest says.
 *
 * @param expires by the guest's own clock
 */
record Ask(String id, ParkedCall call, Instant expires) {}
