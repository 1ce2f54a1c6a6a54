package dev.culvert.daemon.join;

/** Counts connections of agents that dial in. Called on any thread. */
public interface JoinObserver {
    JoinObserver NONE = new JoinObserver() {};

    /** What became of a connection before it was a link. */
    enum Outcome {
        /** It is the link of an agent. */
        ADMITTED,

        /** It asked for a tunnel. */
        TUNNEL,

        /** Somebody closed it: this side refused it, or the other one left. */
        CLOSED,

        /** It took longer than {@code join.handshake_timeout}. */
        TIMED_OUT,

        /** There were too many others ({@code join.max_handshakes}). */
        TOO_MANY
    }

    default void onEnded(Outcome outcome) {}
}
