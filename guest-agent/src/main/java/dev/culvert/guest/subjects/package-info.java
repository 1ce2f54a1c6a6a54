/**
 * Passes on what is said on subjects between the host and programs in the VM (subjects.md).
 *
 * <pre>
 *   program → Subjects.publish, ask → HostSubjects → the newest link whose host takes it
 *   request of the host → HostSubjects → Subjects → Responder → program
 * </pre>
 */
@NullMarked
package dev.culvert.guest.subjects;

import org.jspecify.annotations.NullMarked;
