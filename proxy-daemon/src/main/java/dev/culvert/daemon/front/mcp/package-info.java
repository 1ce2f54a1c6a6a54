/**
 * What clients of the Model Context Protocol find here: the daemon's operations and its agents as
 * tools, its state as resources.
 *
 * <pre>
 *   POST /mcp → McpRoute → RpcMessage → Conversation (which revision, what the client can do)
 *                   │
 *                   ├ tools/list, tools/call → Tools → InnerCall of the operation's own route
 *                   │                            └ AskTool → TurnAnswers → AskAnswer
 *                   ├ resources/…            → Resources → InnerCall
 *                   └ prompts/…              → Prompts
 *
 *   RpcAnswer: one JSON-RPC response as JSON; or as the last event of a stream, after the progress
 *   Problem → McpProblems → {"jsonrpc":"2.0","id":null,"error":{…}}, where no message was read
 * </pre>
 *
 * Both eras of the protocol share one path. A client of revision 2026-07-28 says in each request
 * which revision it speaks; one of an earlier revision begins with {@code initialize}. Neither
 * leaves anything in the daemon between two requests.
 */
@NullMarked
package dev.culvert.daemon.front.mcp;

import org.jspecify.annotations.NullMarked;
