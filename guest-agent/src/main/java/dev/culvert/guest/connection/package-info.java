/**
 * The guest's end of a link: accepts connections from the host, and hands their frames to a
 * session.
 *
 * <pre>
 *   socket → held → decoder → HostHandler → Session
 *   socket ← held ← encoder ← flusher ← Session, heartbeats
 * </pre>
 */
@NullMarked
package dev.culvert.guest.connection;

import org.jspecify.annotations.NullMarked;
