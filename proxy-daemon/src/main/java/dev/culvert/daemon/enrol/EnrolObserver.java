package dev.culvert.daemon.enrol;

import dev.culvert.identity.Refusal;

/** Counts what happens to guests that dial in. Called on any thread. */
public interface EnrolObserver {
    /** Counts nothing. */
    EnrolObserver NONE = new EnrolObserver() {};

    /** How a copy of an identity was noticed, and what became of it. */
    enum Copy {
        /**
         * It joined with a counter that was used before, or from a machine that was restored, and
         * no other guest was there.
         */
        RESTORED,

        /** It took the place of the other guest. */
        SUPERSEDED,

        /** It was refused. */
        REJECTED,

        /** It became an agent of its own. */
        FORKED
    }

    /**
     * A guest has proved who it is.
     *
     * @param first whether it has joined for the first time
     */
    default void onJoined(boolean first) {}

    default void onRefused(Refusal why) {}

    default void onCopy(Copy copy) {}

    default void onRotated() {}

    default void onRevoked() {}
}
