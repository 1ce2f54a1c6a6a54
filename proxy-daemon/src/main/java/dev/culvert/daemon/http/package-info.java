/**
 * HTTP as routes see it, whichever version carries it: requests, rules, routing, problems and
 * answers.
 *
 * <pre>
 *   Head → GateHandler → RouterHandler → IncomingBody → Request → Route → Answer → whole body | Problem | BodyStream
 *          RequestRules   Router                                          HttpAnswer
 *          BrowserPolicy                                                  PieceWriter
 * </pre>
 *
 * The bytes are read and written in {@code http.h1} and {@code http.h2}, which import this package;
 * this package knows no bytes.
 */
@NullMarked
package dev.culvert.daemon.http;

import org.jspecify.annotations.NullMarked;
