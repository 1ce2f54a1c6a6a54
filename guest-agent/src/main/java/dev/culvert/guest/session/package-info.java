/**
 * What a host asks of the agent over one connection, and what belongs to the agent and outlives
 * every connection.
 *
 * <pre>
 *   frame → Session → turn.Turn → runtime
 *   Replies ← Session ← turn.Reader
 * </pre>
 *
 * All of it runs on the guest's one event loop.
 */
@NullMarked
package dev.culvert.guest.session;

import org.jspecify.annotations.NullMarked;
