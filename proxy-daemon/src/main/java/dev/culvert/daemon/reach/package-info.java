/**
 * Tunnels between the host and its agents (tunnels.md), as connections of bytes for whoever in the
 * daemon needs one. What people use of them is in other rooms.
 *
 * <pre>
 *   Tunnels.open → allowed? room? there?
 *       dialled road     a connection of its own → TunnelOpening → channel
 *       incoming road    ticket → frame over the link ; connection with the ticket → TunnelArrivals → channel
 *
 *   ReverseDoor.open → Tunnels.listen → a tunnel that keeps a port of the VM open ; connection there → frame of a guest
 *   frame of a guest → GuestTunnels → its Handler → Offer.open → the same two ways → channel
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.reach;

import org.jspecify.annotations.NullMarked;
