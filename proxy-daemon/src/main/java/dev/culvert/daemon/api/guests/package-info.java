/** Routes that change virtual machines and containers, and follow the tasks that do it. */
@NullMarked
package dev.culvert.daemon.api.guests;

import org.jspecify.annotations.NullMarked;
