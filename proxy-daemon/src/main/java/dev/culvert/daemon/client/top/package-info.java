/** {@code culvert top}: the turns in progress as a table that is drawn again and again. */
@NullMarked
package dev.culvert.daemon.client.top;

import org.jspecify.annotations.NullMarked;
