/**
 * The endpoints for flows and their runs.
 *
 * <pre>
 *   FlowsRoute, FlowCheckRoute → FlowFolder, on the workers → FlowJson
 *   FlowRunsRoute → StartBody → Flows.start
 *   FlowRunRoute → Flows.view, or FlowWatcher → Flows.follow → SseStream
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api.flows;

import org.jspecify.annotations.NullMarked;
