/**
 * Finds out whether a server can be reached, and which hop fails if it cannot: its name, its port,
 * the proxy before it, its certificate, its answer. Host and guest run the same code. It blocks, so
 * it runs away from event loops.
 *
 * <pre>
 *   CheckRequest → Checker: dns → tcp → proxy → tls → http → CheckResult → JSON
 * </pre>
 */
@NullMarked
package dev.culvert.checks;

import org.jspecify.annotations.NullMarked;
