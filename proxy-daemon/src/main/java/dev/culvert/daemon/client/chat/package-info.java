/**
 * Talks with an agent: the agent thinks elsewhere, and the tools that it calls run here, in the
 * project, under the policy.
 *
 * <pre>
 *   the user → Dialogue → TurnStream → the daemon → the agent
 *                 │   ↖  tool_call, done with a continuation
 *                 ├→ Hands → policy → (Asker) → ToolBox → results → POST …/continue
 *                 ├→ HostApprovals → (Asker) → POST /approvals/{id}
 *                 └→ Screen → Markdown → the terminal
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.chat;

import org.jspecify.annotations.NullMarked;
