/**
 * A client of the daemon's {@code /mcp}, for programs that speak the Model Context Protocol over
 * stdin and stdout.
 *
 * <pre>
 *   stdin, a message a line → StdioBridge → McpEndpoint → POST /mcp
 *   stdout, a message a line ← StdioBridge ← McpEndpoint ← JSON, or events
 * </pre>
 *
 * <p>In a workspace, {@code WorkspaceServer} is between the two: it adds the tools of {@code
 * client.workbench}, resources and prompts, and keeps what is above the mode away.
 */
@NullMarked
package dev.culvert.daemon.client.mcp;

import org.jspecify.annotations.NullMarked;
