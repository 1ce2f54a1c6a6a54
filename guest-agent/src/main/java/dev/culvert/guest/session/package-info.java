/**
 * What a host asks of the agent, and how it is answered.
 *
 * <pre>
 *   frame → Session → Turn → runtime
 *   Replies ← Session ← Reader ← Transcript ← Turn ← deltas ← runtime
 * </pre>
 *
 * The {@link dev.culvert.guest.session.Agent} outlives every connection, with its configuration,
 * its context and its turns; a session only reads turns, and another may read on. A turn that has
 * ended leaves its log. All of it is confined to the guest's one event loop.
 */
@NullMarked
package dev.culvert.guest.session;

import org.jspecify.annotations.NullMarked;
