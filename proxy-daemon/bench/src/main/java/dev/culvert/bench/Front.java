package dev.culvert.bench;

/**
 * Another API of the daemon. One more takes part everywhere: it needs a {@link Peer}, and a line in
 * load.c's table of dialects.
 *
 * @param dialect how its clients ask, as load.c names that
 * @param mostCpu what it may cost, relative to the daemon's own paths
 */
record Front(String title, String dialect, double mostCpu) {}
