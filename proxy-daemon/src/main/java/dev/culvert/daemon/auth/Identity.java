package dev.culvert.daemon.auth;

/** What the credentials of a client say. */
public sealed interface Identity {
    record Known(Caller caller) implements Identity {}

    record Denied(Denial why) implements Identity {}
}
