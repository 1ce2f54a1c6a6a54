/**
 * The guest's end of a link: it listens, accepts only whom it may, and hands frames to a session.
 *
 * <pre>
 *   socket → splitter → decoder → HostHandler → Session
 *   socket ← encoder ← flusher ← HostHandler ← Session, heartbeats
 * </pre>
 */
@NullMarked
package dev.culvert.guest.connection;

import org.jspecify.annotations.NullMarked;
