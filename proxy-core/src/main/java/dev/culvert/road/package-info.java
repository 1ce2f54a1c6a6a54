/**
 * How agents are reached. A turn, a ping or a configuration asks the agent's {@link
 * dev.culvert.road.Road} for a link and opens its exchange there; it knows neither the address nor
 * the pool.
 *
 * <pre>
 *   turn, api, home → Road.link, homeLink → Dialled → LinkPool → AgentLink
 * </pre>
 *
 * A dialled agent has links on every event loop, so that a request stays on the loop that accepted
 * it. Another kind of road is another record of the sealed interface, with the same methods.
 */
@NullMarked
package dev.culvert.road;

import org.jspecify.annotations.NullMarked;
