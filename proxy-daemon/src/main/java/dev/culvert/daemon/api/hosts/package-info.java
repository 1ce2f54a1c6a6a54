/** HTTP endpoints for operators who look at the hosts of a cluster. */
@NullMarked
package dev.culvert.daemon.api.hosts;

import org.jspecify.annotations.NullMarked;
