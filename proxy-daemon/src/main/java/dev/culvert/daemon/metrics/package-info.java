/**
 * The meters that Prometheus scrapes. The classes here implement the observer interfaces of other
 * rooms; only {@code Daemon} knows both sides.
 *
 * <pre>
 *   link → LinkObserver        ┐
 *   http → HttpObserver        ├─ implemented here → Micrometer → GET /metrics
 *   turn → TurnObserver        │
 *   answer → StreamObserver    ┘
 * </pre>
 *
 * Every meter of the hot path is registered once and kept in a field or an array, so counting needs
 * no look-up and makes no object. No agent's name is a label.
 */
@NullMarked
package dev.culvert.daemon.metrics;

import org.jspecify.annotations.NullMarked;
