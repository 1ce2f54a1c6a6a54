/**
 * Reaching agents: an {@link dev.culvert.transport.AgentAddress} says where, {@link
 * dev.culvert.transport.Transport} dials it or listens on it, and {@link
 * dev.culvert.transport.EventLoops} are the threads. A caller sees Netty channels that are all
 * alike; only this package knows which of them are epoll's, and what vsock and the hybrid handshake
 * need.
 *
 * <pre>
 *   AgentAddress ──► Transport ──► Sockets ──► epoll: vsock · unix · tcp
 *                        │                └──► NIO:           unix · tcp
 *                        └──► HybridHandshake (unix only: CONNECT … OK, then gone)
 * </pre>
 */
@NullMarked
package dev.culvert.transport;

import org.jspecify.annotations.NullMarked;
