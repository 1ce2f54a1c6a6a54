/**
 * What starts flows besides people: a schedule, a message on a subject, a request with a signature.
 * Each trigger of the settings is a caller of its own, with the rights that the settings give it.
 *
 * <pre>
 *   timer ─────────────┐
 *   Subscription ──────┼→ Trigger → Starter → FlowFolder, Flows.start
 *   SignedRoute (HTTP) ┘
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.triggers;

import org.jspecify.annotations.NullMarked;
