package dev.culvert.daemon.fleet;

/**
 * The last change of one agent: it was added, changed or removed.
 *
 * @param number by which changes are ordered
 * @param agent its id
 */
public record Change(long number, String agent) {}
