/**
 * The loop in which the runtime's model uses the agent's own tools (tools.md).
 *
 * <pre>
 *   Session → Workshop.offer → Offer.over(runtime) → ToolRounds ⇄ runtime, round after round
 *                                                        │ ↑
 *                                    AnswerCalls → ToolRun → policy, tool (worker thread)
 * </pre>
 *
 * For its turn, a {@code ToolRounds} is one generation of a runtime: the turn is told text, what
 * the tools do, and one end. Each call is told before it begins.
 */
@NullMarked
package dev.culvert.guest.tools;

import org.jspecify.annotations.NullMarked;
