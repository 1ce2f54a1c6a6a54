/**
 * The home link of each agent: one link that is kept open, shows whether the agent is there, and
 * brings it the configuration that is wanted of it.
 */
@NullMarked
package dev.culvert.daemon.home;

import org.jspecify.annotations.NullMarked;
