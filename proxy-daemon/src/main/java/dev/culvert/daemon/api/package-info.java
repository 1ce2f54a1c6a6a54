/** What the endpoints of Culvert's own interface share: pages of lists. */
@NullMarked
package dev.culvert.daemon.api;

import org.jspecify.annotations.NullMarked;
