package dev.culvert.daemon.client.chat;

/** Asks the person at the terminal. */
interface Asker {
    /** Nobody is there. */
    Asker NOBODY = _ -> Consent.NOBODY;

    /** Waits for an answer. */
    Consent ask(Question question);
}
