/**
 * How the command reaches the daemon: HTTP/1.1 over TCP, TLS or a Unix socket, one connection for
 * each request. Blocking; the JDK's own client cannot use Unix sockets.
 *
 * <pre>
 *   Api → Server → Connection → ResponseReader → Response (→ BodyInput) → EventReader
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.http;

import org.jspecify.annotations.NullMarked;
