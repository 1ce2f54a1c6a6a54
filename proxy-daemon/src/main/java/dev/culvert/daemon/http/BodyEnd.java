package dev.culvert.daemon.http;

/** Comes after the last bytes of a request's body, also of one that is empty. */
public enum BodyEnd {
    BODY_END
}
