/**
 * What the host may find out from inside the guest: whether servers can be reached, and what the
 * machine is like.
 *
 * <pre>
 *   ping with check or machine → Inspections → checks, machine (on a worker thread) → pong
 * </pre>
 */
@NullMarked
package dev.culvert.guest.inspect;

import org.jspecify.annotations.NullMarked;
