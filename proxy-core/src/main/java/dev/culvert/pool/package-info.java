/**
 * Keeps the links that are dialled. Each event loop has its own shared link to each agent, dialled
 * when first wanted and closed when idle. A link carries an id only once. When a second request
 * wants a turn whose id is in use on that link, it gets a link on the {@linkplain
 * dev.culvert.link.Lane second lane}, and the agent decides which of the two reads the turn.
 *
 * <pre>
 *   acquire(loop, address, lane, listener) → LoopPool of that loop → Slot of that agent → its link, or a dial
 *   dial(loop, address, listener)          → LoopPool of that loop → a dial, whose link is the caller's alone
 * </pre>
 *
 * {@link dev.culvert.pool.LinkPool} is the facade for all event loops. Everything else here belongs
 * to one event loop, so there are no locks and no hand-over between threads.
 */
@NullMarked
package dev.culvert.pool;

import org.jspecify.annotations.NullMarked;
