/**
 * Desired states that the daemon keeps, the plans that make what is there what they want, and how
 * these are applied.
 *
 * <pre>
 *   a text → DesiredStates → StateStore
 *                 │
 *   Inventory → ServersReality → infra's Plan ─┬─▶ Drift: how much differs, after each poll
 *                                              └─▶ PlanFlow → a run of flows → GuestStep → guests
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.plans;

import org.jspecify.annotations.NullMarked;
