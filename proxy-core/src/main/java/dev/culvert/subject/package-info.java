/**
 * The subjects on which agents, programs in their VMs and clients talk, and the JSON of what they
 * say (subjects.md).
 *
 * <pre>
 *   frame payload, line of a local program, body → NoteReader → subject, data
 *   subject, data, time → Note → {"subject", "reply"?, "agent"?, "data", "timestamp"}
 * </pre>
 */
@NullMarked
package dev.culvert.subject;

import org.jspecify.annotations.NullMarked;
