/**
 * Calls of tools that a guest's policy asks about: kept until somebody has decided, used once, and
 * never decided by an agent.
 *
 * <pre>
 *   approve, claim, withdraw of a home link → AgentApprovals ─┐
 *   POST /api/v1/approvals/{approval} ────────────────────────┴→ Approvals ─→ ApprovalLedger
 *                                                                  Claims ─┘    ├→ DecisionLog: the audit log
 *                                                                               ├→ ApprovalStore
 *   who watches, and the links that wait ← Feed ← ChangeNumbers ← ApprovalBook ←┘
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.approvals;

import org.jspecify.annotations.NullMarked;
