/**
 * What a route sees of HTTP, whichever version carries it: requests, routing, rules, problems and
 * answers. The bytes are read and written in {@code http.h1}, which imports this package.
 */
@NullMarked
package dev.culvert.daemon.http;

import org.jspecify.annotations.NullMarked;
