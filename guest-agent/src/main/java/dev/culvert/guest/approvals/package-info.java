/**
 * Calls of tools that wait until somebody at the host decides about them (approvals.md).
 *
 * <pre>
 *   tools → Approvals.open → PendingCall: kept → asked → allowed → claimed → begun
 *                               │    ↑
 *                 PendingFiles ←┘    HostApprovals ⇄ approve, claim: every link whose host takes them
 * </pre>
 */
@NullMarked
package dev.culvert.guest.approvals;

import org.jspecify.annotations.NullMarked;
