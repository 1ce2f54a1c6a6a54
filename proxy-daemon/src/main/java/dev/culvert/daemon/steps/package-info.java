/**
 * What steps of flows can do besides waiting: requests to servers elsewhere, and what the daemon
 * itself offers, by its own routes and with the rights of the run's caller, and programs on this
 * host.
 *
 * <pre>
 *   StepKind (flows) ← HttpStep                                → OutgoingCalls
 *                    ← MessageStep, LlmStep, ToolStep,
 *                      CheckStep, TunnelStep                   → OwnAnswer → OwnRequests → Route
 *                    ← ToolStep → McpCall                      → HostTools → McpClients
 *                    ← ShellStep                               → Policy, Programs
 *                    ← ForwardStep → ForwardPort               → Tunnels
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.steps;

import org.jspecify.annotations.NullMarked;
