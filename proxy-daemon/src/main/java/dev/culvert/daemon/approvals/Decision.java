package dev.culvert.daemon.approvals;

import java.time.Instant;

/**
 * What somebody has decided.
 *
 * @param by the name of the caller
 * @param reason for whoever reads it later; empty if none was given
 */
public record Decision(boolean isAllowed, String by, String reason, Instant at) {}
