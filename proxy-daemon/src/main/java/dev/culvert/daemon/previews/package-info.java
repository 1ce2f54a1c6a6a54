/**
 * Links that show a port of an agent in a browser: who made them, how long they are valid, and the
 * names of their hosts. {@code front.preview} serves them.
 */
@NullMarked
package dev.culvert.daemon.previews;

import org.jspecify.annotations.NullMarked;
