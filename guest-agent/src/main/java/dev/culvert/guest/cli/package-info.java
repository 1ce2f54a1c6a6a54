/** The command {@code culvert-agent}. */
@NullMarked
package dev.culvert.guest.cli;

import org.jspecify.annotations.NullMarked;
