package dev.culvert.tunnel;

/** Written to a tunnel, ends the bytes of this side; those of the other side go on. */
public enum StreamEnd {
    MARK
}
