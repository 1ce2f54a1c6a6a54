/**
 * What the host wants the agent to be: its configuration and its context. Both survive a restart in
 * a file.
 *
 * <pre>
 *   config_update  → AgentConfig ┐
 *   context_update → Contexts    ┴ DesiredState → StateKeeper → StateFile
 * </pre>
 */
@NullMarked
package dev.culvert.guest.desired;

import org.jspecify.annotations.NullMarked;
