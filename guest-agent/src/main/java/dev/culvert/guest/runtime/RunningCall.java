package dev.culvert.guest.runtime;

/**
 * A call of one of the agent's tools that runs, or is about to.
 *
 * @param id of the call in its turn
 */
public record RunningCall(String turn, String id, String tool) {}
