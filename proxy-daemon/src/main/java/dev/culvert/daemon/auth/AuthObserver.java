package dev.culvert.daemon.auth;

/** Counts requests that were refused. Called on every event loop. */
public interface AuthObserver {
    AuthObserver NONE = _ -> {};

    void onDenied(Denial why);
}
