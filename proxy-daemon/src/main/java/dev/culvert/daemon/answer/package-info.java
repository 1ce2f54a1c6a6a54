/**
 * Answers a request with a turn: as a stream of events, or as one whole JSON object.
 *
 * <pre>
 *   request → AgentAccess → TurnAnswers → Turns.begin
 *
 *   LiveTurn → StreamedAnswer → EventFormat → SseStream → client
 *            ↖ credit: ClientPace ← what was sent to the client
 *   LiveTurn → WholeAnswer → Answer → client
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.answer;

import org.jspecify.annotations.NullMarked;
