package dev.culvert.faults;

/** The direction of bytes through a relay: up from the side that dialled, down to it. */
enum Direction {
    UP,
    DOWN
}
