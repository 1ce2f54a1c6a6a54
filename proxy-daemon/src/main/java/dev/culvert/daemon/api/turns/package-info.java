/**
 * The endpoints that start, show, resume and stop turns, one class each, and {@link
 * dev.culvert.daemon.api.turns.CulvertEvents}, the format of their streams.
 */
@NullMarked
package dev.culvert.daemon.api.turns;

import org.jspecify.annotations.NullMarked;
