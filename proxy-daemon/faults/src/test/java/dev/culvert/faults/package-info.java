/**
 * The fault harness: the shipped daemon and guests as processes, faults between them by a seeded
 * plan, and clients that check what they are told byte by byte.
 *
 * <pre>
 *                                  ┌─ Relay (TCP) ────────▶ culvert-agent a ─┐
 *  clients ── Relay ──▶ culvertd ──┼─ Relay (Unix) ───────▶ culvert-agent b ─┼─▶ ScriptedRuntime
 *                 │        ▲       ├─ Relay ── VmMonitor ─▶ culvert-agent c ─┤
 *                 │        │       └─ VmMonitor ── Relay ─▶ culvert-agent d ─┘
 *                 │        │               │        │               ▲
 *             FaultPlan ── Conductor ──────┴────────┴───────────────┘
 * </pre>
 *
 * What goes wrong, and after how many bytes, connections and turns, is a pure function of the seed
 * ({@link dev.culvert.faults.FaultPlan}); so is what each turn asks for ({@link
 * dev.culvert.faults.TurnPlan}) and what the runtime answers ({@link dev.culvert.faults.Answer}).
 * Who meets which fault is up to the machine.
 *
 * <p>A second scenario ({@link dev.culvert.faults.HostileGuestsIT}) breaks nothing between them. It
 * plays guests and clients that mean harm ({@link dev.culvert.faults.Habits}) beside shipped
 * agents, whose clients are to notice nothing:
 *
 * <pre>
 *  HonestClients ──┐            ┌──▶ culvert-agent, twice
 *  Probe ──────────┼▶ culvertd ─┤
 *  hostile clients ┘            └──▶ PlayedGuest, with a Habit
 * </pre>
 */
@NullMarked
package dev.culvert.faults;

import org.jspecify.annotations.NullMarked;
