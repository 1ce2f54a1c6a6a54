/**
 * The tools with which a model looks after an infrastructure. One table for all who offer them:
 * {@code culvert mcp} in a workspace, and the console to the agent in use.
 *
 * <pre>
 * a tool and its arguments → Steps → words of verbs → VerbRunner (in this process) → Outcome
 * </pre>
 *
 * <p>What a tool does, the verbs of {@code culvert} do: it can do nothing that they cannot.
 */
@NullMarked
package dev.culvert.daemon.client.workbench;

import org.jspecify.annotations.NullMarked;
