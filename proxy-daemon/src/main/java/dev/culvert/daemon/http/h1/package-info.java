/**
 * HTTP/1.1: reads requests strictly and writes answers, as bytes. {@link
 * dev.culvert.daemon.http.pipeline.HttpPipeline} shows all stations.
 *
 * <pre>
 *   socket → RequestDecoder → ConnectionHandler → GateHandler → RouterHandler → RequestHandler → Route
 *            bytes → Head     deadlines, one      rules         which route     body → Request    │
 *            (HeadGuard,      after the other                                                     │
 *            HeadReader)                                                                          ▼
 *   socket ← ResponseWriter ← Http1Answer (ResponseHead), Http1BodyStream ←──────────────────  Answer
 * </pre>
 *
 * A connection whose first bytes are those of HTTP/2 (PrefaceHandler), or that agreed on it with
 * TLS, gets the stations of {@code http.h2} instead.
 *
 * <p>A connection and all that it carries belong to the event loop that accepted it: routes are
 * called on it and answer on it. One request at a time is handled on a connection; those after it
 * wait as bytes. A client that ends its side of the connection counts as gone.
 */
@NullMarked
package dev.culvert.daemon.http.h1;

import org.jspecify.annotations.NullMarked;
