package dev.culvert.daemon.http;

/**
 * A request that gets no further: no route sees it.
 *
 * @param closes whether nothing that follows on its connection is trusted
 */
public record Refusal(Head head, Problem problem, boolean closes) {}
