package dev.culvert.daemon.sshtunnels;

import java.util.Locale;

/** Where on its way a tunnel failed. */
public enum Hop {
    /** On this host: no ssh, a file, a port that is taken. */
    HOST(false),

    /** The name of the server has no address. */
    DNS(false),

    /** Nothing answers at its port. */
    TCP(false),

    /** The server is not the one that is trusted, or nobody has said which one is. */
    HOST_KEY(true),

    /** The server does not let this user in with this key. */
    AUTH(true),

    /** Something else keeps the port of the server. */
    REMOTE_PORT_HELD(true),

    /** The server does not forward, or not there. */
    FORWARD_REFUSED(false),

    /** The server has not answered for too long. */
    KEEPALIVE(false),

    /** The control socket of ssh does not answer. */
    CONTROL(false),

    /** The server has ended the connection. */
    CONNECTION(false),

    /** Bytes do not get through. */
    PROBE(false);

    private final boolean isSlow;

    Hop(boolean isSlow) {
        this.isSlow = isSlow;
    }

    /** Whether soon trying again would only annoy the server. */
    boolean isSlow() {
        return isSlow;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
