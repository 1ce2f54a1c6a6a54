/**
 * Agents that dial in: their connections until they are known, and the links that these become.
 *
 * <pre>
 *   listener of join.listen ─┐
 *   GET …/agents/connect ────┴→ JoinPipeline: waiting → frames → handshake → Arrivals → Road.Incoming
 * </pre>
 *
 * Who an agent is, another room finds out: its handshake is a handler that it gives to {@link
 * dev.culvert.daemon.join.JoinPipeline}, and it tells {@link dev.culvert.daemon.join.Arrivals}.
 */
@NullMarked
package dev.culvert.daemon.join;

import org.jspecify.annotations.NullMarked;
