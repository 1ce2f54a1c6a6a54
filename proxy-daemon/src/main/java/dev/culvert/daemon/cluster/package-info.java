/**
 * The hosts of a cluster, and this host among them. What all of them know is in a registry, of
 * which this room knows only {@link dev.culvert.registry}.
 *
 * <pre>
 *   Membership (one thread) → Registry → Bucket "hosts" → HostTable (in memory) → views
 *        ↑ says every heartbeat what LocalHost says of this host
 *   SharedTokens (a Follower, on a thread of its own) ⇄ Bucket "tokens" ⇄ those of other hosts
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.cluster;

import org.jspecify.annotations.NullMarked;
