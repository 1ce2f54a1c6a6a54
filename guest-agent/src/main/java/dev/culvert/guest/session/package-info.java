/**
 * The requests of one link.
 *
 * <pre>
 *   frame → Session → message, resume, credit, cancel → turn
 *                   → parts, part → PartReceiver      → message
 *                   → config_update, context_update   → desired
 *                   → ping                            → pong
 * </pre>
 *
 * A {@code message} becomes the body of a chat completion in {@code RequestWriter}. Everything runs
 * on the guest's one event loop.
 */
@NullMarked
package dev.culvert.guest.session;

import org.jspecify.annotations.NullMarked;
