/**
 * Connections that carry bytes between host and guest (tunnels.md): the frame that opens one, the
 * answer, and the records that follow.
 *
 * <pre>
 *   opening    socket ↔ frames ↔ TunnelOpening         one {@code tunnel}, one {@code tunnelled}
 *   open       socket ↔ RecordHandler ↔ RelayHandler   records outside, plain bytes inside
 *   Relay      tunnel ↔ RelayHandler · RelayHandler ↔ local socket
 * </pre>
 */
@NullMarked
package dev.culvert.tunnel;

import org.jspecify.annotations.NullMarked;
