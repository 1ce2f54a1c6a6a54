/**
 * Ports of agents on this machine.
 *
 * <pre>
 *   local program → Listener → Relay → http.Tunnel → daemon → agent → 127.0.0.1:PORT in its VM
 *                              AgentPort opens it, and waits while the agent is away
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.forward;

import org.jspecify.annotations.NullMarked;
