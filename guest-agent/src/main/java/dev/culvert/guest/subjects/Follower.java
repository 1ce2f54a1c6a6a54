package dev.culvert.guest.subjects;

import dev.culvert.subject.Note;

/** A program that follows subjects. Called on the event loop. */
public interface Follower {
    /** From now on it gets the messages that the host passes on. */
    void onFollowing();

    /** Lends the data. */
    void onMessage(Note message);

    /** So many messages are missing here, because the agent did not read fast enough. */
    void onMissed(long count);

    /** Messages may be missing here, and nobody knows how many. */
    void onGap(String why);

    /** It is over: nothing more comes. */
    void onEnded(String code, String why);
}
