/**
 * A client of the daemon's {@code /mcp}, for programs that speak the Model Context Protocol over
 * stdin and stdout.
 *
 * <pre>
 *   stdin, a message a line → StdioBridge → McpEndpoint → POST /mcp
 *   stdout, a message a line ← StdioBridge ← McpEndpoint ← JSON, or events
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.mcp;

import org.jspecify.annotations.NullMarked;
