package dev.culvert.daemon.turn;

/**
 * A tool that an agent ran has ended.
 *
 * @param turn the id of the turn
 * @param number of the result among the events of the turn: the same for each reader
 * @param tool its name, which the agent says; empty if the call was told to an earlier reader
 * @param ok whether it did its work
 * @param nanos since the agent told the call; negative if an earlier reader was told
 */
public record ToolCallEnd(String turn, long number, String tool, boolean ok, long nanos) {}
