package dev.culvert.daemon.sse;

import io.netty.util.AsciiString;

/** The name of an event, checked once, as a line that is ready to be written. */
public final class EventType {
    private final AsciiString line;

    private EventType(AsciiString line) {
        this.line = line;
    }

    /**
     * A type with that name.
     *
     * @throws IllegalArgumentException when the name would break out of its line
     */
    public static EventType of(String name) {
        return new EventType(new AsciiString("event: " + checked(name) + "\n"));
    }

    /** Returns the text if it is visible ASCII, which a field of an event can contain. */
    static String checked(String text) {
        if (!isVisible(text)) {
            throw new IllegalArgumentException(
                    "the name or id of an event is visible ASCII without blanks");
        }
        return text;
    }

    static boolean isVisible(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    AsciiString line() {
        return line;
    }
}
