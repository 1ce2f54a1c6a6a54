/**
 * SSH tunnels from this host: one process of {@code ssh} each, which is watched and started again
 * for as long as the tunnel is wanted, and a port of the daemon before it, whose callers wait
 * meanwhile.
 *
 * <pre>
 * caller ─▶ Entrance ─ waits for Gate ─▶ relay ─▶ NAME.sock ─▶ ssh -L ─▶ server ─▶ to    (local)
 * caller ─▶ Entrance ─ waits for Gate ─▶ relay ─▶ 127.0.0.1:PORT ─▶ ssh -D ─▶ server     (dynamic)
 * server ─▶ ssh -R ─▶ NAME.in ─▶ Entrance ─▶ relay ─▶ to                                 (remote)
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.sshtunnels;

import org.jspecify.annotations.NullMarked;
