package dev.culvert.daemon.webhooks;

import java.time.Duration;

/** How one attempt to deliver a message went. */
public sealed interface Attempt {
    /** For people, without a full stop. */
    String sentence();

    /** The receiver took it. */
    record Taken(int status) implements Attempt {
        @Override
        public String sentence() {
            return "the receiver answered " + status;
        }
    }

    /**
     * It may be tried again.
     *
     * @param pause how long the receiver wants to be left alone; zero if it does not say so
     */
    record Failed(String sentence, Duration pause) implements Attempt {}

    /** The receiver does not want it, ever: 410. */
    record Unwanted(String sentence) implements Attempt {}
}
