/** What the endpoints of Culvert's own interface share: work that blocks, and pages of lists. */
@NullMarked
package dev.culvert.daemon.api;

import org.jspecify.annotations.NullMarked;
