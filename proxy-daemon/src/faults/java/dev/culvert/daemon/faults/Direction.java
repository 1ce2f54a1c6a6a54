package dev.culvert.daemon.faults;

/** Which way bytes go through a relay: up from who dialled, down to it. */
enum Direction {
    UP,
    DOWN
}
