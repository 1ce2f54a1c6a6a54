/**
 * Keeps the links: each event loop has its own to each agent, dialled when first wanted and closed
 * when idle. Where the id of a turn is in use on that link, who takes the turn over gets another
 * one, on the {@linkplain dev.culvert.pool.Lane second lane}: an id is in use once on a link, and
 * the agent decides between its readers.
 *
 * <pre>
 *   acquire(loop, address, lane, listener) → LoopPool of that loop → Slot of that agent → its link, or a dial
 * </pre>
 *
 * {@link dev.culvert.pool.LinkPool} is the facade and may be used from anywhere; all else here
 * belongs to one event loop, so that there are no locks and no hand-over between threads.
 */
@NullMarked
package dev.culvert.pool;

import org.jspecify.annotations.NullMarked;
