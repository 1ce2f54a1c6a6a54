package dev.culvert.link;

/**
 * One of the policies that are in force together at an agent, as the agent tells; its texts are
 * quoted.
 *
 * @param level who wrote it: {@code built-in}, {@code host}, {@code tenant} or {@code agent}
 */
public record PolicyLayer(String level, String version) {}
