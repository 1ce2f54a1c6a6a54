/**
 * Programs that this process runs beside itself: each in a process group of its own, with bounded
 * output, and ended as a whole with what it has started, also when this process is killed.
 *
 * <pre>
 * this process ──pipe──▶ guard (sh) ─ at the end of the pipe: TERM, then KILL to the group
 *              ◀─output─ program    ─ in the same group
 * </pre>
 */
@NullMarked
package dev.culvert.process;

import org.jspecify.annotations.NullMarked;
