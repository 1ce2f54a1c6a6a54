package dev.culvert.daemon.http.tls;

import java.time.Instant;

/** Counts handshakes and loads of certificates. Called on every event loop and by workers. */
public interface TlsObserver {
    /** How a handshake ended. */
    enum Outcome {
        OK,
        FAILED,
        TIMED_OUT,
        GONE,
        REFUSED
    }

    void onHandshake(Outcome outcome);

    /** A certificate that expires then is in force from now on. */
    void onLoaded(Instant expiry);

    /** The files could not be used; what was in force stays so. */
    void onNotLoaded();
}
