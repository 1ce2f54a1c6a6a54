/**
 * A folder with the desired state of an infrastructure, and what is done with it.
 *
 * <pre>
 *   infra/guests/*.json → DesiredState ─┐
 *                                       ├─ Comparison → Plan → PlanRun → the daemon's inventory
 *   the daemon's inventory → Reality ───┘               digest   journal, backup
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.workspace;

import org.jspecify.annotations.NullMarked;
