package dev.culvert.link;

/**
 * How an agent confines the tools that it runs itself, as its heartbeats say (compatibility.md).
 *
 * @param openat2 whether the kernel checks each step of a path
 * @param paths how it opens files, such as "name by name"; quoted, and empty if it does not say
 * @param landlock the version of the interface; 0 where the kernel cannot confine commands
 * @param seccomp whether the network can be closed for commands
 * @param commands "off", "confined" or "unconfined"; quoted
 */
public record ToolFacts(
        boolean openat2, String paths, int landlock, boolean seccomp, String commands) {}
