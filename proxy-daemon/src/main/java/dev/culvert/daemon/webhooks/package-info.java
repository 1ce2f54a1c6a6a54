/**
 * Messages to receivers outside, each signed, about what happens: presence of agents, approvals,
 * ends of flows. A message is stored before it counts as sent, and is tried again until the
 * receiver takes it, it is too old, or it was tried too often.
 *
 * <pre>
 *   fleet, approvals, flows → Webhooks.tell(event) → Hook (queue, pace) → sign → OutgoingCalls
 *                                                      ↕
 *                                                DeliveryKeeper → DeliveryStore
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.webhooks;

import org.jspecify.annotations.NullMarked;
