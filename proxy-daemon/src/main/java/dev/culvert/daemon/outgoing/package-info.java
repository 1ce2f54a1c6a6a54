/**
 * HTTP requests of the daemon to servers elsewhere, each with a whole answer that is bounded.
 *
 * <pre>
 *   OutgoingCalls.begin(request) → look-up → TCP → TLS → HTTP → OutgoingListener, once
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.outgoing;

import org.jspecify.annotations.NullMarked;
