package dev.culvert.transport;

/** The process at the other end of a Unix socket, when it connected, as the kernel says. */
public record UnixPeer(long uid, long gid) {}
