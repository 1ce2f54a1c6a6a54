/**
 * Flows: graphs of steps that the daemon runs, each step once, also over a restart.
 *
 * <pre>
 *   a file → FlowReader → Flow: inputs, steps, outputs       StepKinds: what a step can do
 *              └ every mistake at once, with its line
 *   Flows.start → FlowRun → StepRun → StepKind.run → StepEnd
 *                    │        └ retries, time limit, the items of each
 *                    └ Journal → FlowStore: one row for each step, before and after it runs
 * </pre>
 *
 * A run is confined to one event loop. What blocks, the store and the folder of flows, is left to
 * workers.
 */
@NullMarked
package dev.culvert.daemon.flows;

import org.jspecify.annotations.NullMarked;
