/**
 * Measures the daemon beside other proxies, all on loopback. {@code ./culvert bench} starts it.
 *
 * <pre>
 *            ┌─ culvertd ──┐
 *  wrk or ───┼─ HAProxy ───┼──▶ native/backend.c: agents that echo, over frames and over HTTP
 *  load.c    ├─ Go proxy ──┤
 *            └─ …         ─┘
 * </pre>
 *
 * A {@link dev.culvert.bench.Scenario} names a {@link dev.culvert.bench.Load} and its contenders
 * ({@link dev.culvert.bench.Peer}). An {@link dev.culvert.bench.Arena} starts all of them, and
 * {@link dev.culvert.bench.Bench} gives each its turn, round by round. Every turn is a {@link
 * dev.culvert.bench.Sample}.
 *
 * <p>In the scenario {@code road}, a real guest stands between each daemon and the backend, which
 * is its runtime: {@link dev.culvert.bench.Road}, {@link dev.culvert.bench.RoadSample}.
 */
@NullMarked
package dev.culvert.bench;

import org.jspecify.annotations.NullMarked;
