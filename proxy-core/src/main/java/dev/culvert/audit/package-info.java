/**
 * Who decided what about tools, in a file that shows when somebody has changed it.
 *
 * <pre>
 *   AuditEntry → AuditLog → {"n":7,"prev":"HASH OF LINE 6",…}   FILE, FILE.1 (older), FILE.2 …
 *                           FILE.2 … FILE.1, FILE → AuditChain → sound, or the first line that is not
 * </pre>
 *
 * The chain shows a line that was changed, inserted or removed between others. Who may write the
 * file can still make a whole new chain, or cut lines off its end: only a {@link Head} that was
 * noted elsewhere shows that, so the log tells its head to whoever opens it, and at each rotation.
 */
@NullMarked
package dev.culvert.audit;

import org.jspecify.annotations.NullMarked;
