/**
 * Links and exchanges: many requests at once over one connection to an agent, each ended exactly
 * once.
 *
 * <pre>
 *   LinkDialer → Transport → LinkPipeline → AgentLink → DialListener
 *
 *   AgentLink.open(request, listener) → Exchanges → FlushHandler → FrameEncoder → socket
 *                     (PartSender ↗: what fits no frame, at the pace of the agent's credit)
 *   ReplyListener ← Exchange ← Exchanges ← LinkHandler ← FrameDecoder ← socket
 *                                  Peer ←─┘ heartbeats
 * </pre>
 *
 * A connection that an agent opens is a {@link dev.culvert.link.Trunk}: the loop on which it lives
 * has its link, and every other loop a branch, which is a link without a socket.
 *
 * <pre>
 *   Trunks.begin → handshake → Trunks.adopt → Trunk ─┬ AgentLink of its loop
 *                                   SwitchHandler ───┴ Branch → (one hop) → AgentLink of another
 * </pre>
 *
 * Everything about a link happens on its event loop. There are two scopes of error: bytes that make
 * no sense close the link and fail every exchange on it; anything else is a {@link
 * dev.culvert.link.Failure} of one exchange, and its neighbours live on.
 */
@NullMarked
package dev.culvert.link;

import org.jspecify.annotations.NullMarked;
