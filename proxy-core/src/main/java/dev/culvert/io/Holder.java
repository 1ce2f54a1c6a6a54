package dev.culvert.io;

/** Keeps the bytes of a {@link Holding}. Called on the holding's event loop. */
public interface Holder {
    /** Sets the holding to what is really held, if that may have shrunk unnoticed. */
    default void measure() {}

    /**
     * {@code share} is exceeded, and this is its largest holding: lets go of the bytes at once and
     * tells the client or peer why.
     */
    void onExcess(Share share);
}
