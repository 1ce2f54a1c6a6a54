/** The endpoints for agents, their configuration and context, and events: one class each. */
@NullMarked
package dev.culvert.daemon.api.agents;

import org.jspecify.annotations.NullMarked;
