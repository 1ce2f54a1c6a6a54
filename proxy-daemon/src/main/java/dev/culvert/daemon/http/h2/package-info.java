/**
 * HTTP/2: many requests at once on one connection, each on a stream that is a channel of its own.
 * {@link dev.culvert.daemon.http.pipeline.HttpPipeline} shows all stations.
 *
 * <pre>
 *   socket ↔ FrameCodec ↔ ClientHandler ↔ multiplexer      one connection: limits, idle time, end
 *            bytes ↔        frames           │
 *            frames                          ▼             one for each stream:
 *            StreamCodec → account → GateHandler → RouterHandler → StreamHandler → Route
 *            frames → Head, bodies                                 body → Request    │
 *            frames ← bytes                                                          ▼
 *            StreamCodec ← StreamWriter ← Http2Answer, Http2BodyStream ←──────────  Answer
 * </pre>
 *
 * Netty reads and writes the frames, and keeps the client's flow control. A stream that its client
 * resets has lost its client, as a connection of HTTP/1.1 that closes has.
 */
@NullMarked
package dev.culvert.daemon.http.h2;

import org.jspecify.annotations.NullMarked;
