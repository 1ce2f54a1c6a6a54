/**
 * The endpoints for agents, their configurations and contexts, and for events; one class each.
 *
 * <pre>
 *   ContextRoute, PingRoute → AgentCalls → Road.link → AgentLink.open → reply
 *   AgentRoute, ConfigRoute → ConfigRoom → OffLoop → Visible
 *   AgentsRoute, EventsRoute → Watcher, AgentList → AgentPieces → Visible
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api.agents;

import org.jspecify.annotations.NullMarked;
