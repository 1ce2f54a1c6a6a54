/** The endpoints that start turns, show them, resume them and stop them: one class each. */
@NullMarked
package dev.culvert.daemon.api.turns;

import org.jspecify.annotations.NullMarked;
