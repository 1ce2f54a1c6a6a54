package dev.culvert.guest.tools;

import dev.culvert.guest.approvals.PendingCall;
import java.time.Duration;

/**
 * Somebody has allowed one call, and the host has given it to this agent.
 *
 * @param by who allowed it
 * @param waited since the policy asked
 */
record Permission(PendingCall call, String by, Duration waited) {}
