package dev.culvert.daemon.sse;

import io.netty.util.AsciiString;

/**
 * Events that are alike but for one part of their data: what stands around that part, checked once
 * and ready to be written. They have no id.
 */
public final class EventShape {
    private static final String DATA = "data: ";
    private static final String END = "\n\n";

    private final AsciiString start;
    private final AsciiString end;

    private EventShape(String start, String end) {
        this.start = new AsciiString(start);
        this.end = new AsciiString(end);
    }

    /**
     * Events without a type, as some clients want them.
     *
     * @throws IllegalArgumentException when the data would break out of its line
     */
    public static EventShape of(String before, String after) {
        return new EventShape(DATA + checked(before), checked(after) + END);
    }

    /** The same, with a type. */
    public static EventShape of(EventType type, String before, String after) {
        return new EventShape(type.line() + DATA + checked(before), checked(after) + END);
    }

    private static String checked(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                throw new IllegalArgumentException("what surrounds a part of data is ASCII");
            }
        }
        return text;
    }

    AsciiString start() {
        return start;
    }

    AsciiString end() {
        return end;
    }
}
