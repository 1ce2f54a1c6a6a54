package dev.culvert.daemon.http;

/**
 * A request that is refused before a route sees it.
 *
 * @param closes whether the connection closes, because what follows cannot be trusted
 */
public record Refusal(Head head, Problem problem, boolean closes) {}
