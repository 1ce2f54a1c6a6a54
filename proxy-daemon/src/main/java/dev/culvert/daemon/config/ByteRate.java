package dev.culvert.daemon.config;

import dev.culvert.about.Units;

/** So many bytes in a second, such as {@code 10MiB/s}. */
public record ByteRate(long bytesPerSecond) {
    /** What such a value takes, for messages. */
    public static final String TAKES = "a number of bytes a second such as 10MiB/s or 64KiB/s";

    private static final String PER_SECOND = "/s";

    /**
     * Reads the text of one, as it prints it.
     *
     * @throws IllegalArgumentException one sentence without an end, for anything else
     */
    public static ByteRate parse(String text) {
        if (text.endsWith(PER_SECOND)) {
            try {
                long bytes =
                        Units.largeBytes(text.substring(0, text.length() - PER_SECOND.length()));
                if (bytes > 0) {
                    return new ByteRate(bytes);
                }
            } catch (NumberFormatException _) {
                // refused below, with what it takes
            }
        }
        throw new IllegalArgumentException("it takes " + TAKES);
    }

    @Override
    public String toString() {
        String text = Units.text(bytesPerSecond);
        return (text.endsWith("B") ? text : text + "B") + PER_SECOND;
    }
}
