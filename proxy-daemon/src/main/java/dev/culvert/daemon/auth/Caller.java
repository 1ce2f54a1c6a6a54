package dev.culvert.daemon.auth;

/** Who sent a request, which decides the agents that exist for it. Equal if they see the same. */
public interface Caller {
    /**
     * Everybody who reaches the daemon, because there are no credentials yet: sees every tenant.
     */
    Caller ANYBODY = _ -> true;

    /** Whether the agents of this tenant exist for the caller. */
    boolean sees(String tenant);
}
