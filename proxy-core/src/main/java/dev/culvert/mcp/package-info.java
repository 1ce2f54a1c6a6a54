/**
 * A client of the Model Context Protocol: the tools of other programs, as tools of the agent.
 *
 * <pre>
 *   McpClients ── McpClient (a thread each) ── McpConnection ── Wire ── StdioWire: a program
 *       │             │ connects, lists, waits,                     └── HttpWire: localhost
 *    tools()      McpTool.run → McpConnection.call
 * </pre>
 *
 * It speaks revision 2026-07-28, in which each request stands for itself, and falls back to the
 * revisions that begin with {@code initialize}. All that a server says is bounded, and checked
 * before it is used: a server is a program that somebody else wrote.
 */
@NullMarked
package dev.culvert.mcp;

import org.jspecify.annotations.NullMarked;
