/**
 * Turns: what the runtime says is kept as numbered frames and sent to the link that reads the turn.
 *
 * <pre>
 *   runtime → Turn → Transcript → Delivery → Deliveries → Replies → link
 *                        │        (one turn,  (all turns
 *                     TurnLog      one link)   of one link)
 *                        ↓ after the end
 *                    EndedTurns
 * </pre>
 *
 * A turn outlives the link that started it; another link can read on. {@link
 * dev.culvert.guest.turn.Turns} has them all and enforces the limits. Everything runs on the
 * guest's one event loop.
 */
@NullMarked
package dev.culvert.guest.turn;

import org.jspecify.annotations.NullMarked;
