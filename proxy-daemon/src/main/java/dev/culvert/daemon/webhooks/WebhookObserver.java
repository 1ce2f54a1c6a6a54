package dev.culvert.daemon.webhooks;

import java.util.Locale;

/** Counts what becomes of messages. For all threads. */
public interface WebhookObserver {
    /** What can become of one. */
    enum Outcome {
        /** The receiver took it. */
        DELIVERED,

        /** An attempt failed; another one follows, or it is given up. */
        FAILED,

        /** It was too old, or was tried too often. */
        GIVEN_UP,

        /** Too many waited already. */
        LOST;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    void on(Outcome outcome);
}
