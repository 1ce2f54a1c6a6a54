/**
 * What clients can ask: one class for each endpoint.
 *
 * <pre>
 *   Route → AgentCalls → Fleet, LinkPool → AgentLink.open
 *   Responder, SseStream ← the route's listener ← replies
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.routes;

import org.jspecify.annotations.NullMarked;
