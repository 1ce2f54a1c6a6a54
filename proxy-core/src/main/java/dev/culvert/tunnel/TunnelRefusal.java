package dev.culvert.tunnel;

import java.util.Locale;

/**
 * Why there is no tunnel.
 *
 * @param sentence for people: what happened, why, and what to do
 */
public record TunnelRefusal(Code code, String sentence) {
    /** The reason, in one word for programs (tunnels.md). */
    public enum Code {
        /** What was asked cannot be understood. */
        INVALID,

        /** The side that has the destination, or the one that asks for it, does not allow it. */
        NOT_ALLOWED,

        /** It was only asked whether it would be allowed, and it would. */
        ALLOWED,

        /** Nobody listens there. */
        NO_LISTENER,

        /** The port that is to be opened has a listener already. */
        PORT_TAKEN,

        /** A limit of tunnels at once is reached. */
        TOO_MANY,

        /** The ticket is not one of this side, was used, or has expired. */
        BAD_TICKET,

        /** The agent is not connected, or cannot be reached. */
        AGENT_AWAY,

        /** The other side has not the feature {@code tunnel}. */
        NO_TUNNELS,

        /** It took too long. */
        TIMEOUT,

        /** Anything else, and what a later peer says. */
        FAILED;

        private final String wireName = name().toLowerCase(Locale.ROOT);

        public String wireName() {
            return wireName;
        }

        static Code of(String wireName) {
            for (Code code : values()) {
                if (code.wireName.equals(wireName)) {
                    return code;
                }
            }
            return FAILED;
        }

        /** Belongs to the caller. */
        public TunnelRefusal because(String sentence) {
            return new TunnelRefusal(this, sentence);
        }
    }

    @Override
    public String toString() {
        return sentence + " (" + code.wireName() + ")";
    }
}
