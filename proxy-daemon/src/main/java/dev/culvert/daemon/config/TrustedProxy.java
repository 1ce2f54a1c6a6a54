package dev.culvert.daemon.config;

import dev.culvert.transport.IpNetwork;

/** A proxy in front of the daemon whose word about its clients counts. */
public sealed interface TrustedProxy {

    /** Every proxy with an address of this network. */
    record Network(IpNetwork addresses) implements TrustedProxy {
        @Override
        public String toString() {
            return addresses.toString();
        }
    }

    /** Whoever connects to a Unix socket. */
    record LocalSocket() implements TrustedProxy {
        @Override
        public String toString() {
            return UNIX;
        }
    }

    String UNIX = "unix";

    /**
     * Reads the text of one, as it prints it.
     *
     * @throws IllegalArgumentException one sentence, for anything else
     */
    static TrustedProxy parse(String text) {
        return text.equals(UNIX) ? new LocalSocket() : new Network(IpNetwork.parse(text));
    }
}
