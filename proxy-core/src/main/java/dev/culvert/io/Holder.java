package dev.culvert.io;

/** Who keeps the bytes of a {@link Holding}. Called on the holding's event loop. */
public interface Holder {
    /** Sets the holding to what is really held, where that may have become less unnoticed. */
    default void measure() {}

    /**
     * {@code share} is exceeded, and this holding is the largest that belongs to it: lets go of
     * what it holds, at once, and tells its client or peer why.
     */
    void onExcess(Share share);
}
