/**
 * Ports of agents as pages of a browser: every request for a host below {@code preview.domain}.
 *
 * <pre>
 *   request → HostRoute: whose link? → Tunnels.open → AppHead without the secret → tunnel → app
 *   answer  ← client ← Relay ← AppAnswer: the head, and that the connection ends ← tunnel ← app
 * </pre>
 *
 * One connection of a client carries one request, because what follows it would reach the app
 * unread. A WebSocket carries what it wants.
 */
@NullMarked
package dev.culvert.daemon.front.preview;

import org.jspecify.annotations.NullMarked;
