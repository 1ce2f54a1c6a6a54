package dev.culvert.daemon.fleet;

import java.time.Instant;

/**
 * That an agent is quiesced: it takes no new turns, and those that run are parked, so that its
 * virtual machine can be paused (quiescing.md).
 *
 * @param until when it is over at the latest; a machine that stands still does not know the time
 * @param turns how many are parked
 * @param ours whether somebody asked this daemon for it
 */
public record Quiesced(Instant since, Instant until, long turns, boolean ours) {}
