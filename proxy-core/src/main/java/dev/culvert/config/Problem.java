package dev.culvert.config;

/** One thing that is wrong, and where. */
record Problem(Origin origin, String sentence) {
    @Override
    public String toString() {
        return origin + ": " + sentence;
    }
}
