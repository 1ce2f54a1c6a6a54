/**
 * The endpoints for calls that somebody has to approve.
 *
 * <pre>
 *   ApprovalsRoute → a page of Approvals.all
 *       └ Watching → ApprovalWatcher → Approvals.feed → SseStream
 *   ApprovalRoute → DecisionBody → Approvals.decide, on the workers
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api.approvals;

import org.jspecify.annotations.NullMarked;
