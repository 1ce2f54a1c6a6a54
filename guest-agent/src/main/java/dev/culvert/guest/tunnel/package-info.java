/**
 * Tunnels at the guest's end (tunnels.md): those that hosts open to ports of the VM, and those that
 * the guest opens to the host.
 *
 * <pre>
 *   HostHandler, first frame is a tunnel → HostTunnels.onConnection → ForwardedPorts → 127.0.0.1:PORT, Relay
 *                                                                   or who waits with that ticket
 *   HostHandler, frame on a link → LinkTunnels → ForwardedPorts → HostDialer → connection, Relay
 *   … that asks for a port → ReversePorts → 127.0.0.1:PORT, TunnelledPort → HostTunnels.open for each connection
 *   HostTunnels.open → newest link → ticket → HostDialer, or a connection of the host → listener
 * </pre>
 */
@NullMarked
package dev.culvert.guest.tunnel;

import org.jspecify.annotations.NullMarked;
