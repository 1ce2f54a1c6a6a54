/**
 * What clients of OpenAI's API find here. Their {@code model} is an agent, and a completion is one
 * turn of it.
 *
 * <pre>
 *   POST /v1/chat/completions → ChatRoute → ChatRequest, Models → TurnAnswers
 *
 *   LiveTurn → StreamedAnswer → ChatChunks     → data: {"object":"chat.completion.chunk",…}
 *   LiveTurn → WholeAnswer    → ChatCompletion → {"object":"chat.completion",…}
 *
 *   Problem → OpenAiProblems → {"error":{…}}, for every path below /v1
 * </pre>
 *
 * A request goes on to the agent as it came, but for its {@code model}; what the agent says is
 * copied into OpenAI's objects, and not decoded.
 */
@NullMarked
package dev.culvert.daemon.front.openai;

import org.jspecify.annotations.NullMarked;
