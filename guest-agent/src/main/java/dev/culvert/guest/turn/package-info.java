/**
 * A turn: what the runtime says, kept as numbered frames, and who reads them.
 *
 * <pre>
 *   runtime → Turn → Transcript (text, TurnLog) → Reader → session
 * </pre>
 *
 * A turn outlives the connection that started it; when it has ended and nobody reads it, its log
 * goes to {@link dev.culvert.guest.turn.EndedTurns}. All of it runs on the guest's one event loop.
 */
@NullMarked
package dev.culvert.guest.turn;

import org.jspecify.annotations.NullMarked;
