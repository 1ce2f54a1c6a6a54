/**
 * Turns, as this daemon sees them: a client's reading of one has one answer, whatever becomes of
 * the links underneath.
 *
 * <pre>
 *   route → Turns.begin, resume → LiveTurn → LinkSearch → LinkPool → AgentLink.open, resume
 *   TurnListener ← LiveTurn ← Exchange, on one link after another
 * </pre>
 *
 * The agent keeps the work and its log; nothing here has to outlive the process. A {@link
 * dev.culvert.daemon.turn.TurnIds} proves by itself whose a turn is.
 */
@NullMarked
package dev.culvert.daemon.turn;

import org.jspecify.annotations.NullMarked;
