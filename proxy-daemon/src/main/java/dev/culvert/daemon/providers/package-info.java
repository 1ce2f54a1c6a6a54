/**
 * LLM services outside, which the host reaches with the host's keys: agents and clients use them
 * without having one.
 *
 * <pre>
 *   ProviderRoute → Asked (what the body says) → Providers (which of them may be asked, in order)
 *                 → Budgets.admit: Lease → Passing: key, UpstreamServer.send, retries, failover
 *   provider → Passing → StreamedPassing → EventSplitter → TokenCount → Lease.use → BodyStream
 *                      → WholePassing
 * </pre>
 *
 * Bodies pass as they came, in both directions. Events are looked at only to count tokens.
 */
@NullMarked
package dev.culvert.daemon.providers;

import org.jspecify.annotations.NullMarked;
