package dev.culvert.daemon.client.chat;

/** What a person says about a call that needs confirming. */
enum Consent {
    YES,
    NO,
    /** Yes, and for the same call again in this session without asking. */
    ALWAYS,
    /** Nobody is there who could say anything. */
    NOBODY
}
