/**
 * What clients of Anthropic's API find here. Their {@code model} is an agent, and a message is one
 * turn of it.
 *
 * <pre>
 *   POST /v1/messages → MessagesRoute → MessagesRequest, by the kind of the agent's runtime
 *                                         → OriginalBody: as it came
 *                                         → ChatBody → ChatMessages → Blocks, Source; ChatTools
 *                       → TurnAnswers
 *
 *   LiveTurn → StreamedAnswer → MessageEvents → BlockReader → BlockEvents  → event: content_block_delta
 *   LiveTurn → WholeAnswer    → WholeMessage  → BlockReader → JoinedBlocks → {"type":"message",…}
 *
 *   Problem → AnthropicProblems → {"type":"error",…}, for every path below /v1/messages
 * </pre>
 *
 * What clients say, and what agents say, is copied as the bytes that came: both dialects write
 * texts as JSON does.
 */
@NullMarked
package dev.culvert.daemon.front.anthropic;

import org.jspecify.annotations.NullMarked;
