/**
 * Turns. A client's reading of a turn gets each event once and one end, even when the link under it
 * is lost and another takes its place.
 *
 * <pre>
 *   answer → Turns.begin, resume → LiveTurn ─┬─ Audience: who wants the turn
 *                                            ├─ Progress: message, events, credit
 *                                            └─ AgentSide → LinkSearch → Road.link → AgentLink.open, resume
 *   answer ← TurnListener ← LiveTurn ← replies of an exchange, on one link after another
 * </pre>
 *
 * The agent runs the turn and keeps its log, so nothing here has to survive the process: the id of
 * a turn proves by itself whose it is ({@link dev.culvert.daemon.turn.TurnIds}).
 */
@NullMarked
package dev.culvert.daemon.turn;

import org.jspecify.annotations.NullMarked;
