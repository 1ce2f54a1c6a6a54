/**
 * What clients do with tunnels to agents.
 *
 * <pre>
 *   GET /agents/{id}/forward/{port} → ForwardRoute → Tunnels.open → 101 → Relay: client ↔ tunnel
 *   GET /agents/{id}/reverse/{port} → ReverseRoute → ReverseDoor.open → 101, and as long as that lasts:
 *       program in the VM → port → tunnel → ReverseDoor → the service
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api.reach;

import org.jspecify.annotations.NullMarked;
