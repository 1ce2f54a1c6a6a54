/**
 * The guest's end of a link: accepts connections from the host, or dials in, and hands frames to a
 * session.
 *
 * <pre>
 *   socket → held → frames → HostHandler → Session
 *   socket ← held ← encoder ← flusher ← Session, heartbeats
 *
 *   DialIn → DialInPipeline: tls? → WebSocket? → held → frames → identity → HostHandler → Session
 * </pre>
 */
@NullMarked
package dev.culvert.guest.connection;

import org.jspecify.annotations.NullMarked;
