/**
 * HTTP/1.1 up to the routes: strict reading, deadlines, routing, answers and streams.
 *
 * <pre>
 *   socket → RequestDecoder (HeadGuard, then Head) → ConnectionHandler → Router → Route
 *   socket ← Outlet ← Responder, StreamResponse ← Route
 * </pre>
 *
 * A connection and all that it carries belong to the event loop that accepted it: routes are called
 * on it and answer on it. One request at a time is handled on a connection; those behind it wait as
 * bytes. A client that ends its side of the connection counts as gone.
 */
@NullMarked
package dev.culvert.daemon.http;

import org.jspecify.annotations.NullMarked;
