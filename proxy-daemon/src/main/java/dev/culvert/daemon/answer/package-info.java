/**
 * Shows a turn to its client: as a stream of events, or as one whole answer.
 *
 * <pre>
 *   LiveTurn → StreamedAnswer → EventFormat → SseStream → client
 *        ↑ consumed    ClientPace ← what the client has taken
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.answer;

import org.jspecify.annotations.NullMarked;
