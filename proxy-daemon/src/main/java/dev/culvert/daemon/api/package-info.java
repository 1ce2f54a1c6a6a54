/**
 * What the endpoints of Culvert's own interface share: finding the agent of a request, asking it,
 * work that blocks, pages of lists.
 *
 * <pre>
 *   Route → AgentCalls → Fleet → Road.link → AgentLink.open
 *   Answer ← the route's listener ← replies
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api;

import org.jspecify.annotations.NullMarked;
