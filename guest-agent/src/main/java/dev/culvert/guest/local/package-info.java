/**
 * The Unix socket through which programs in the VM publish, ask and answer on subjects: one JSON
 * object a line, in both directions.
 *
 * <pre>
 *   in    socket → held → lines → LocalHandler → LocalLine → Subjects
 *   out   LocalHandler → flusher → held → socket
 * </pre>
 */
@NullMarked
package dev.culvert.guest.local;

import org.jspecify.annotations.NullMarked;
