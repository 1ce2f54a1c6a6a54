/**
 * Flags that {@code culvertd} and {@code culvert} both have, described once. It knows neither of
 * the two.
 */
@NullMarked
package dev.culvert.daemon.flags;

import org.jspecify.annotations.NullMarked;
