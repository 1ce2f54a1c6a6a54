/**
 * Turns that call tools of their client: what was said in them is kept until the client goes on
 * with the results.
 *
 * <pre>
 *   begin:  request ─────────────────────────────→ ContinuationStore (the turn runs)
 *   frames → FollowedTurn → Said
 *   end:    request + Said → ChatBody → Content ─→ ContinuationStore → done {"continuation":"ct_…"}
 *   POST …/continue → Continuing.take ← ContinuationStore; + results → ChatBody → a new turn
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.continuations;

import org.jspecify.annotations.NullMarked;
