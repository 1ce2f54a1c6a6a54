/**
 * What a host asks of the agent, and how it is answered.
 *
 * <pre>
 *   frame → Session → Turn → runtime
 *   Replies ← Turn ← deltas ← runtime
 * </pre>
 *
 * The {@link dev.culvert.guest.session.Agent} outlives every connection: its configuration, its
 * context and the count of its turns. All of it is confined to the guest's one event loop.
 */
@NullMarked
package dev.culvert.guest.session;

import org.jspecify.annotations.NullMarked;
