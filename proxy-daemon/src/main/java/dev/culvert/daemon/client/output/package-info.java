/**
 * What the command prints: data alone on stdout, in the format that was asked for, and everything
 * else on stderr. Text from outside cannot steer the terminal.
 *
 * <pre>
 *   verb → Output → Format: Table, JSON, JSON lines, YAML, names
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.output;

import org.jspecify.annotations.NullMarked;
