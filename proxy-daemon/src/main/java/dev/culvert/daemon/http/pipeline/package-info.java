/**
 * Where the stations of {@code http}, {@code http.tls}, {@code http.h1} and {@code http.h2} are put
 * together, one pipeline for each connection.
 */
@NullMarked
package dev.culvert.daemon.http.pipeline;

import org.jspecify.annotations.NullMarked;
