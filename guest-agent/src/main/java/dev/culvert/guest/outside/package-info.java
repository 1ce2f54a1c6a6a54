/**
 * What programs in the VM reach outside, through the host: an LLM with the host's key, and servers
 * that the host's policy lists. The VM needs no network for it.
 *
 * <pre>
 *   program → 127.0.0.1:8082 → LlmEndpoint → HostTunnels.open(llm) → Relay → the daemon's pipeline of HTTP
 *   program → 127.0.0.1:3128 → ProxyHandler → ProxyRequest → HostTunnels.open(egress) → Relay → server
 * </pre>
 */
@NullMarked
package dev.culvert.guest.outside;

import org.jspecify.annotations.NullMarked;
