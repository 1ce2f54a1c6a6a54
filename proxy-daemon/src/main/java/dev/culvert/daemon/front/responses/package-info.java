/**
 * OpenAI's Responses API, over agents whose runtimes know only chat. A response is one turn.
 *
 * <pre>
 *   POST /v1/responses → ResponsesRoute → ResponseRequest → ChatTranslation → TurnAnswers
 *
 *   LiveTurn → StreamedAnswer → ResponseEvents → event: response.output_text.delta …
 *   LiveTurn → WholeAnswer    → WholeResponse  → {"object":"response",…}
 *   LiveTurn → BackgroundTurn → log → ReplayedResponse → ResponseEvents
 *
 * All of them tell KeptResponses how the response ends:
 *   GET, DELETE, …/cancel, …/input_items → KeptResponses ← previous_response_id
 *
 * What changes there outlives the daemon, if it has a store:
 *   KeptResponses → KeptWrites → ResponseStore → RestoredResponses → KeptResponses, ResumedTurn
 * </pre>
 *
 * They put together what the agent says as items in an {@code OutputReader}; {@code ItemEvents}
 * tells these while they come. Texts are copied as the bytes that came, in both directions.
 */
@NullMarked
package dev.culvert.daemon.front.responses;

import org.jspecify.annotations.NullMarked;
