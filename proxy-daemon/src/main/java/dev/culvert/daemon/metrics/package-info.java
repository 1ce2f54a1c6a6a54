/**
 * What Prometheus sees. Every meter of the hot path is made once and kept in a field or an array,
 * so that counting costs neither a look-up nor an object. No agent's name is a label.
 */
@NullMarked
package dev.culvert.daemon.metrics;

import org.jspecify.annotations.NullMarked;
