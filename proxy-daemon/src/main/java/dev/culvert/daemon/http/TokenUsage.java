package dev.culvert.daemon.http;

/**
 * How many tokens the agent's runtime says that a turn took.
 *
 * @param input of the request; 0 if it does not say
 * @param output of the answer; 0 if it does not say
 */
public record TokenUsage(int input, int output) {}
