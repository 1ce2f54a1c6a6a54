/**
 * What can be done, each described once, and how it went when it was done. Whatever offers
 * operations (the command, a console, MCP) reads their descriptions; every change that somebody
 * makes is a run.
 *
 * <pre>
 *   Operations: list of Operation(name, verb, parameters, effect, need, method, path)
 *   Runs:       ring of Run(id, operation, caller, times, bytes, log lines, end)
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.operations;

import org.jspecify.annotations.NullMarked;
