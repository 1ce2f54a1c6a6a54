package dev.culvert.daemon.subjects;

import java.util.Locale;

/** Counts what happens on subjects. Called on many event loops at once. */
public interface SubjectObserver {
    SubjectObserver NONE = new SubjectObserver() {};

    /** Who says something, or follows it. */
    enum Source {
        AGENT,
        CLIENT;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How a request of an agent ended. */
    enum Outcome {
        REPLIED,
        NO_RESPONDER,
        TIMED_OUT,

        /** A limit was reached, or the request was malformed. */
        REFUSED,

        /** The agent is gone. */
        ABANDONED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    default void onPublished(Source source) {}

    /** A subscriber did not get a message, because too many waited for it. */
    default void onMissed() {}

    /** Called exactly once for each request of an agent. */
    default void onAsked(Outcome outcome) {}
}
