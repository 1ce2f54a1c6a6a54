/**
 * The guest's end of a link: it listens, accepts only whom it may, and hands frames to a session.
 *
 * <pre>
 *   socket → held → decoder → HostHandler → Session
 *   socket ← held ← encoder ← flusher ← HostHandler ← Session, heartbeats
 * </pre>
 */
@NullMarked
package dev.culvert.guest.connection;

import org.jspecify.annotations.NullMarked;
