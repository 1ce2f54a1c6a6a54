/**
 * Every agent that the daemon knows: its address, its desired configuration and its presence. Read
 * and changed on any thread.
 *
 * <pre>
 *   settings file → AgentSource "file" → Fleet → FleetListener: home, Watcher
 *   clients → Visible → AgentSource "api" → Fleet
 *   home → Fleet: presence
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.fleet;

import org.jspecify.annotations.NullMarked;
