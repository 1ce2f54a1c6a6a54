package dev.culvert.daemon.providers;

import java.time.Instant;

/**
 * What one holder has used in one span, as it is kept.
 *
 * @param start when the span began
 */
public record BudgetRow(Holder holder, Span span, Instant start, long tokens, long requests) {}
