/**
 * The daemon. {@link dev.culvert.daemon.Daemon} builds it from its parts; start reading there.
 *
 * <pre>
 *   clients → Listeners → http → Routes (api) → Visible → answer → turn → links → agents
 *                                                  fleet ← home (one link to each agent)
 * </pre>
 */
@NullMarked
package dev.culvert.daemon;

import org.jspecify.annotations.NullMarked;
