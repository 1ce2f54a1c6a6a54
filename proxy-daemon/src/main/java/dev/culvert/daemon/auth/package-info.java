/** Who asks: what a request's caller may see. Knows nothing of HTTP or of agents. */
@NullMarked
package dev.culvert.daemon.auth;

import org.jspecify.annotations.NullMarked;
