/**
 * The built-in tools of an agent: files beneath one directory, and commands.
 *
 * <pre>
 *   ToolCall → BuiltinTool.plan → Action → policy → BuiltinTool.run → WorkTree → Kernel
 * </pre>
 *
 * A tool decides nothing. It says what it would do, as an {@link dev.culvert.policy.Action}; it
 * runs only after somebody has decided. Whatever was decided, {@link dev.culvert.tools.WorkTree}
 * opens only what is beneath its directory, and acts on what it has opened, never on a path a
 * second time.
 */
@NullMarked
package dev.culvert.tools;

import org.jspecify.annotations.NullMarked;
