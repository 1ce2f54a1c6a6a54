/**
 * The home link of each agent: one link that stays open, shows whether the agent is there, and
 * brings it its desired configuration.
 *
 * <pre>
 *   Fleet → HomeLinks → HomeLink: dials, waits, dials again
 *                         └ HomeSession: one link ← Pulse: pings and heartbeats
 *                             ├ ConfigPush → the agent
 *                             └ PresenceReport → Fleet, log
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.home;

import org.jspecify.annotations.NullMarked;
