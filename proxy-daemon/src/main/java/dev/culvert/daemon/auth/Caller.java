package dev.culvert.daemon.auth;

/** Who asks, and so which agents exist for the request. Values that see the same are equal. */
public interface Caller {
    /** Whoever reaches the daemon, which has no credentials yet: sees every tenant. */
    Caller ANYBODY = _ -> true;

    /** Whether agents of this tenant exist for the caller. */
    boolean sees(String tenant);
}
