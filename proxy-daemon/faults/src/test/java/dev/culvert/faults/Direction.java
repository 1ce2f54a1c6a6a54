package dev.culvert.faults;

/** Which way bytes go through a relay: up from who dialled, down to it. */
enum Direction {
    UP,
    DOWN
}
