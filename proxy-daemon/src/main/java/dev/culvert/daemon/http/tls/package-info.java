/**
 * TLS for the daemon's listeners: the certificates, which follow their files, and the handshake of
 * a connection, after which HTTP begins.
 *
 * <pre>
 *   http.tls.cert, key, client_ca → Certificates → SslHandler → HandshakeHandler → the stations of HTTP
 *   (looked at again every           the context    bytes ↔      outcome, protocol,
 *   http.tls.reload_interval)        in force       bytes        the client's names
 * </pre>
 *
 * Nothing of it is loaded by a daemon without a {@code tls://} listener.
 */
@NullMarked
package dev.culvert.daemon.http.tls;

import org.jspecify.annotations.NullMarked;
