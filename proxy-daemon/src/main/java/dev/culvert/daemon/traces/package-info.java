/**
 * Sends the traces of requests to a collector: OTLP over HTTP, as JSON.
 *
 * <pre>
 *   http: a request begins → Traces.begin: its TraceContext, or null
 *         a request ended  → Traces.onEnded → a bounded queue → one thread: Spans → Collector → POST /v1/traces
 * </pre>
 *
 * A request that is traced costs an event loop two small objects. No loop waits for the collector:
 * what cannot be sent in time is dropped and counted.
 */
@NullMarked
package dev.culvert.daemon.traces;

import org.jspecify.annotations.NullMarked;
