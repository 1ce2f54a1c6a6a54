/**
 * HTTP/1.1 behind {@link dev.culvert.daemon.http.Answer}: strict reading, deadlines, answers and
 * streams as bytes.
 *
 * <pre>
 *   socket → RequestDecoder (HeadGuard, then Head) → ConnectionHandler → Router → Route
 *   socket ← Outlet ← Http1Answer, Http1BodyStream ← Route
 * </pre>
 *
 * A connection and all that it carries belong to the event loop that accepted it: routes are called
 * on it and answer on it. One request at a time is handled on a connection; those after it wait as
 * bytes. A client that ends its side of the connection counts as gone.
 */
@NullMarked
package dev.culvert.daemon.http.h1;

import org.jspecify.annotations.NullMarked;
