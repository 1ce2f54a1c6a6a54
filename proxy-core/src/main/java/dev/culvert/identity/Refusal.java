package dev.culvert.identity;

import java.util.Locale;

/** Why a host ends the link of a guest that dialled in (joining.md). */
public enum Refusal {
    /** It breaks the order of the handshake, or the schema of a payload. */
    INVALID,

    /** It took too long. */
    TOO_SLOW,

    /** Its token is none, was used, has expired, or is for another name. */
    BAD_TOKEN,

    /** Its name belongs to another agent. */
    NAME_TAKEN,

    /** Nobody has registered that agent, or the host has forgotten it. */
    UNKNOWN_AGENT,

    /** Its signature is not by the agent's key. */
    BAD_PROOF,

    /** Somebody ended its identity. */
    REVOKED,

    /** Its key was not replaced in time. */
    EXPIRED,

    /** Another guest with the same identity is connected, and stays. */
    DUPLICATE,

    /** Another guest with the same identity has taken its place. */
    SUPERSEDED,

    /** The host cannot take it now. */
    OVERLOADED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    /** Belongs to the caller. */
    public Refused because(String message) {
        return new Refused(wireName, message, 0);
    }
}
