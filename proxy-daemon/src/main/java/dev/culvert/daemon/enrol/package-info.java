/**
 * How guests that dial in get an identity and prove it (protocol-spec/joining.md). A handshake runs
 * on the event loop of its link; what blocks, or takes long, runs on worker threads.
 *
 * <pre>
 *   link → Handshake → Entry ─ hello, register → Registry → Enrolments, Identities → stores
 *                        │                          └→ Fleet, source "enrolled"
 *                        └ registered → Admission: the link is an agent's from now on
 *   clients → routes → Enrolments, LiveGuests: rotate, revoke
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.enrol;

import org.jspecify.annotations.NullMarked;
