/**
 * How agents are reached. A turn, a ping or a configuration asks the agent's {@link
 * dev.culvert.road.Road} for a link and opens its exchange there; it knows neither the address nor
 * the pool.
 *
 * <pre>
 *   turn, api, home → Road.link, homeLink → Dialled → LinkPool → AgentLink
 *                                         → Incoming → Trunk → its AgentLink, or a branch of it
 * </pre>
 *
 * A dialled agent has links on every event loop, so that a request stays on the loop that accepted
 * it. An agent that dials in has one link, which lives on one event loop; a request of another loop
 * goes over a branch of it.
 */
@NullMarked
package dev.culvert.road;

import org.jspecify.annotations.NullMarked;
