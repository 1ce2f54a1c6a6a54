package dev.culvert.daemon.answer;

/**
 * Where in a turn a client resumes.
 *
 * @param after the number of the last event that it has, 0 for none
 * @param eventsOnly whether it reads nothing but events, and would not see the problem that an
 *     answer with an error status carries
 */
public record ResumePoint(long after, boolean eventsOnly) {}
