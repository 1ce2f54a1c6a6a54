/**
 * The fault harness. It runs the shipped daemon and guests as processes, breaks things between them
 * by a seeded plan, and has clients that check every byte that they get.
 *
 * <pre>
 *                                  ┌─ Relay (TCP) ────────▶ culvert-agent a ─┐
 *  clients ── Relay ──▶ culvertd ──┼─ Relay (Unix) ───────▶ culvert-agent b ─┼─▶ ScriptedRuntime
 *                 │      ▲ ▲       ├─ Relay ── VmMonitor ─▶ culvert-agent c ─┤
 *                 │      │ │       └─ VmMonitor ── Relay ─▶ culvert-agent d ─┤
 *                 │      │ │                                                 │
 *                 │      │ └─── JoinRelays ◀─── culvert-agents e, f and g ───┘
 *                 │      │                          ▲
 *             FaultPlan ── Conductor ───────────────┘
 * </pre>
 *
 * The last three agents dial in: over a WebSocket, over TCP and from a VM.
 *
 * <p>The seed alone decides what goes wrong, and after how many bytes, connections and turns
 * ({@link dev.culvert.faults.FaultPlan}), what each turn asks for and how its clients behave
 * ({@link dev.culvert.faults.TurnPlan}), and what the runtime answers ({@link
 * dev.culvert.faults.Answer}). The machine decides which client meets which fault. The daemon has
 * two event loops, and the clients of a turn are on either: some turns are taken over while they
 * are read ({@link dev.culvert.faults.Rival}).
 *
 * <p>A second scenario ({@link dev.culvert.faults.HostileGuestsIT}) breaks nothing. It runs guests
 * and clients that mean harm ({@link dev.culvert.faults.Habits}) beside shipped agents, whose
 * clients must not notice:
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
